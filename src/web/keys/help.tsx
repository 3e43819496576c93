import { Button, Heading, InlineMessage } from '@navikt/ds-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { settings, useSettings } from '../settings.ts'
import { combinationOf, type KeyId, type KeyRefusal, type KeyScope, keyIds, keysOf, keyTable, refuseKey } from './table.ts'
import { shownKey } from './use-keys.ts'

const scopes: readonly KeyScope[] = ['everywhere', 'list', 'pathway', 'meeting', 'figures', 'form']

/** Every key there is, from the table the page listens by; each may be changed where it stands. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { keys: choice } = useSettings()
  const [changing, setChanging] = useState<KeyId>()
  const [refusal, setRefusal] = useState<KeyRefusal>()
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    place.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  useEffect(() => {
    if (changing === undefined) return
    const listen = (event: KeyboardEvent): void => {
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.key === 'Escape') {
        setChanging(undefined)
        return
      }
      if (['Shift', 'Control', 'Meta', 'Alt', 'AltGraph'].includes(event.key)) return
      const combination = combinationOf(event)
      const no = combination === undefined ? ({ because: 'awkward' } as const) : refuseKey(changing, combination, choice)
      setRefusal(no)
      if (no || combination === undefined) return
      settings.set({ keys: { ...choice, [changing]: combination } })
      setChanging(undefined)
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [changing, choice])
  return (
    <aside className="over help" aria-labelledby="help-title" ref={place} tabIndex={-1}>
      <header className="panel-head">
        <Heading level="2" size="small" id="help-title">
          {t('help.title')}
        </Heading>
        <Button size="xsmall" variant="tertiary" onClick={onClose}>
          {t('panel.close', { key: shownKey('Escape') })}
        </Button>
      </header>
      <p className="quiet">{t('help.typing')}</p>
      <div role="status">
        {refusal === undefined ? null : (
          <InlineMessage status="warning" size="small">
            {refusal.because === 'taken' ? t('help.taken', { by: t(`key.${refusal.by}`) }) : t(`help.${refusal.because}`)}
          </InlineMessage>
        )}
      </div>
      {scopes.map((scope) => (
        <section key={scope}>
          <Heading level="3" size="xsmall">
            {t(`help.scope.${scope}`)}
          </Heading>
          <table className="keys">
            <tbody>
              {keyIds
                .filter((id) => keyTable[id].scope === scope)
                .map((id) => (
                  <tr key={id}>
                    <th scope="row">{t(`key.${id}`)}</th>
                    <td>
                      {keysOf(id, choice).map((combination) => (
                        <kbd key={combination}>{shownKey(combination)}</kbd>
                      ))}
                    </td>
                    <td>
                      {'fixed' in keyTable[id] ? null : (
                        <Button
                          size="xsmall"
                          variant="tertiary"
                          onClick={() => {
                            setRefusal(undefined)
                            setChanging(id)
                          }}
                          aria-label={t('help.change', { what: t(`key.${id}`) })}
                        >
                          {changing === id ? t('help.press') : t('help.changeShort')}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </section>
      ))}
      <Button size="small" variant="secondary" onClick={() => settings.set({ keys: {} })}>
        {t('help.usual')}
      </Button>
    </aside>
  )
}
