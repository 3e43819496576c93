import { ActionMenu, Button } from '@navikt/ds-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { useSession } from '../session.tsx'
import { useViews, type ViewTold } from './use-views.ts'

interface Props {
  readonly show: (view: ViewTold) => void
  /** Opens the panel in which views are kept and changed. */
  readonly manage: () => void
}

/** Views to choose from: one's own first, then those of each organisation. The menu hangs in the main part of the page, which readers go through. */
export function ViewsMenu({ show, manage }: Props) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const { views, read } = useViews()
  const [open, setOpen] = useState(false)
  const opened = (to: boolean): void => {
    if (to) void read()
    setOpen(to)
  }
  useKeys({ views: () => opened(true) })
  const groups = [...Map.groupBy(views, ({ own, org }) => (own ? t('view.mine') : t('view.sharedWith', { name: nameOf(org) })))]
  return (
    <ActionMenu open={open} onOpenChange={opened} rootElement={document.getElementById('main')}>
      <ActionMenu.Trigger>
        <Button size="xsmall" variant="tertiary">
          {t('view.button', { key: shownKeyOf('views') })}
        </Button>
      </ActionMenu.Trigger>
      <ActionMenu.Content>
        {groups.map(([label, of]) => (
          <ActionMenu.Group key={label} label={label}>
            {of.map((view) => (
              <ActionMenu.Item key={view.view} onSelect={() => afterMenu(() => show(view))}>
                {view.name}
              </ActionMenu.Item>
            ))}
          </ActionMenu.Group>
        ))}
        {groups.length === 0 ? null : <ActionMenu.Divider />}
        <ActionMenu.Item onSelect={() => afterMenu(manage)}>{t('view.manage')}</ActionMenu.Item>
      </ActionMenu.Content>
    </ActionMenu>
  )
}

/** A menu that closes takes the focus back to its button; what was chosen has it after that. */
const afterMenu = (task: () => void): void =>
  void setTimeout(() => {
    document.querySelector<HTMLElement>('[role="grid"]')?.focus()
    task()
  })
