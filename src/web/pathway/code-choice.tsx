import { Search } from '@navikt/ds-react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Recordable } from '../../core/door/recordable.ts'

interface Props {
  readonly choices: readonly Recordable[]
  readonly value: string
  readonly onChange: (code: string) => void
}

/** The codes that may come now, found by code, name or milestone; beside the one that is marked stands its rule, its duty and what it is used for. */
export function CodeChoice({ choices, value, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const [text, setText] = useState('')
  const list = useId()
  const box = useRef<HTMLDivElement>(null)
  const labelOf = (choice: Recordable): string =>
    choice.labels[i18n.language] ?? choice.label ?? choice.marks.map(({ name }) => name).join(', ')
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    return choices.filter((choice) => {
      const said =
        ` ${choice.code} ${choice.label ?? ''} ${Object.values(choice.labels).join(' ')} ${choice.marks.map(({ name }) => name).join(' ')}`.toLowerCase()
      return words.every((word) => said.includes(` ${word}`) || choice.code.toLowerCase().includes(word))
    })
  }, [choices, text])
  const at = found.findIndex(({ code }) => code === value)
  useEffect(() => {
    if (text !== '' && at < 0 && found[0]) onChange(found[0].code)
  }, [text, at, found, onChange])
  useEffect(() => {
    box.current?.querySelector(`[id="${list}-${value}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [list, value])
  const move = (by: number): void => {
    const next = found[Math.min(found.length - 1, Math.max(0, at + by))]
    if (next) onChange(next.code)
  }
  const chosen = choices.find(({ code }) => code === value)
  return (
    <div className="code-choice" ref={box}>
      <Search
        size="small"
        variant="simple"
        label={t('record.code')}
        hideLabel={false}
        value={text}
        onChange={setText}
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen === undefined ? undefined : `${list}-${value}`}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          move(event.key === 'ArrowDown' ? 1 : -1)
        }}
      />
      <div className="code-list" id={list} role="listbox" aria-label={t('record.code')} tabIndex={-1}>
        {found.map((choice) => (
          <div
            key={choice.code}
            id={`${list}-${choice.code}`}
            role="option"
            aria-selected={choice.code === value}
            onClick={() => onChange(choice.code)}
          >
            <b>{choice.code}</b> {labelOf(choice)}
            {choice.marks.some(({ there }) => there.length > 0) ? <span className="quiet"> {t('record.there')}</span> : null}
          </div>
        ))}
        {found.length === 0 ? <p className="quiet">{choices.length === 0 ? t('record.noChoice') : t('record.noHit')}</p> : null}
      </div>
      {chosen === undefined ? null : (
        <dl className="facts code-facts">
          {chosen.marks.map(({ id, name, dating, withinDays }) => (
            <div key={id} className="contents">
              <dt>{t('record.marks')}</dt>
              <dd>
                {name}
                {dating === undefined ? null : ` (${dating})`}
                {withinDays === undefined ? null : `, ${t('record.within', { count: withinDays })}`}
              </dd>
            </div>
          ))}
          {chosen.rule === undefined ? null : (
            <>
              <dt>{t('record.rule')}</dt>
              <dd>
                {chosen.rule.text} <span className="quiet">{[chosen.rule.id, chosen.rule.source].filter(Boolean).join(', ')}</span>
              </dd>
            </>
          )}
          <dt>{t('record.usedFor')}</dt>
          <dd>
            {chosen.indicators.length === 0
              ? t('record.usedForNothing')
              : chosen.indicators.map(({ id, name }) => `${id} ${name}`).join('; ')}
          </dd>
        </dl>
      )}
    </div>
  )
}
