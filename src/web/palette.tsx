import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { filterRows, sortRows } from '../core/work/listing.ts'
import type { ListRow } from './list/use-list.ts'
import { screensOf } from './screens.ts'
import { useSession } from './session.tsx'
import { settings } from './settings.ts'

interface Command {
  readonly id: string
  readonly words: string
  readonly about?: string
  readonly run: () => void
}
const mostHits = 12

/** Finds anything: a person, a screen, something to do. Enter takes the one that is highlighted, and never more than that. */
export function Palette({ onClose, onHelp }: { readonly onClose: () => void; readonly onHelp: () => void }) {
  const { t } = useTranslation()
  const session = useSession()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const before = document.activeElement
    box.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])

  const rows = useMemo(
    () => client.getQueriesData<{ rows: readonly ListRow[] }>({ queryKey: ['pathways'] }).flatMap(([, data]) => data?.rows ?? []),
    [client],
  )
  const fixed: readonly Command[] = [
    ...screensOf(session).map(({ to, words }) => ({ id: to, words: t(words), run: () => void navigate({ to }) })),
    ...(session.may('work')
      ? [
          {
            id: 'plan',
            words: t('meeting.plan'),
            run: () => void navigate({ to: '/list', search: (before) => ({ ...before, open: 'meeting' }) }),
          },
        ]
      : []),
    { id: 'help', words: t('help.title'), run: onHelp },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: theme,
      words: `${t('person.theme')}: ${t(`theme.${theme}`)}`,
      run: () => settings.set({ theme }),
    })),
    { id: 'en', words: 'English', run: () => settings.set({ language: 'en' }) },
    { id: 'nb', words: 'Norsk bokmål', run: () => settings.set({ language: 'nb' }) },
    { id: 'print', words: t('palette.print'), run: () => window.print() },
  ]
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const people = words.length === 0 ? [] : sortRows(filterRows(rows, { text }), 'urgency').slice(0, mostHits)
  const hits: readonly Command[] = [
    ...people.map((row) => ({
      id: row.pathway,
      words: row.name ?? row.pathway,
      about: t(`risk.${row.risk.state}`),
      run: () => void navigate({ to: '/list', search: (before) => ({ ...before, pack: row.pack, open: row.pathway }) }),
    })),
    ...fixed.filter((command) => words.every((word) => command.words.toLowerCase().includes(word))),
  ].slice(0, mostHits)
  const highlighted = Math.min(at, hits.length - 1)
  const take = (command: Command | undefined): void => {
    if (!command) return
    onClose()
    command.run()
  }
  return (
    <div className="palette" role="dialog" aria-label={t('palette.title')}>
      <input
        ref={box}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-hits"
        aria-activedescendant={hits[highlighted] === undefined ? undefined : `hit-${hits[highlighted].id}`}
        aria-label={t('palette.title')}
        placeholder={t('palette.title')}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          const go: Readonly<Record<string, () => void>> = {
            ArrowDown: () => setAt(Math.min(highlighted + 1, hits.length - 1)),
            ArrowUp: () => setAt(Math.max(highlighted - 1, 0)),
            Enter: () => take(hits[highlighted]),
            Escape: onClose,
          }
          const act = go[event.key]
          if (!act) return
          event.preventDefault()
          event.stopPropagation()
          act()
        }}
        onBlur={onClose}
      />
      <div id="palette-hits" role="listbox" aria-label={t('palette.title')}>
        {hits.map((hit, nth) => (
          <div
            key={hit.id}
            id={`hit-${hit.id}`}
            role="option"
            aria-selected={nth === highlighted}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(hit)}
          >
            {hit.words} {hit.about === undefined ? null : <span className="quiet">{hit.about}</span>}
          </div>
        ))}
        {hits.length === 0 ? <p className="quiet">{t('palette.nothing')}</p> : null}
      </div>
    </div>
  )
}
