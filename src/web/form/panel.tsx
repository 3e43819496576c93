import { Button, Heading } from '@navikt/ds-react'
import type { ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { shownKey } from '../keys/use-keys.ts'

interface Props {
  /** Of the heading. */
  readonly id: string
  readonly title: ReactNode
  readonly onClose: () => void
  /** Where the heading itself is to be focused. */
  readonly head?: Ref<HTMLHeadingElement>
  readonly children: ReactNode
}

/** What stands beside a list: a heading, the way back, and what it is about. */
export function Panel({ id, title, onClose, head, children }: Props) {
  const { t } = useTranslation()
  return (
    <aside className="panel" aria-labelledby={id}>
      <header className="panel-head">
        <Heading level="2" size="small" id={id} {...(head ? { ref: head, tabIndex: -1 } : {})}>
          {title}
        </Heading>
        <Button size="xsmall" variant="tertiary" onClick={onClose}>
          {t('panel.close', { key: shownKey('Escape') })}
        </Button>
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  )
}
