import { Button, Heading, InlineMessage } from '@navikt/ds-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { askUntilThere } from '../ask.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useSession } from '../session.tsx'
import { type PersonTold, type RoleTold, useRoleWords } from './people.ts'
import { firstRole, RoleFields, roleSaid, usePlaces } from './role-fields.tsx'
import { usePeopleAct } from './use-people-act.ts'

type Doing = { readonly is: 'give' | 'stop' } | { readonly is: 'withdraw'; readonly held: RoleTold }

const bodyOf = ({ org, role, pack }: RoleTold) => ({ org, role, ...(pack === null ? {} : { pack }) })
const give = (person: number, held: RoleTold) => askUntilThere('giveRole', { params: { person }, body: bodyOf(held) })
const withdraw = (person: number, held: RoleTold) => askUntilThere('withdrawRole', { params: { person }, body: bodyOf(held) })

/** Somebody's roles, and what an administrator can change about them. Each change is an act in the ledger, and undone by another. */
export function PersonPanel({ told, onClose }: { readonly told: PersonTold; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { me } = useSession()
  const places = usePlaces()
  const roleWords = useRoleWords()
  const act = usePeopleAct()
  const [form, setForm] = useState<Doing>()
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const { person, name, active, machine } = told
  const isMe = person === me.person
  const administered = new Set(places.map(({ org }) => org))
  // Where they have a role that one administers: the act is written into that ledger.
  const org = told.roles.find((held) => administered.has(held.org))?.org
  const leave = (): void => {
    setForm(undefined)
    act.reset()
    head.current?.focus()
  }
  const setActive = (to: boolean) => () => askUntilThere('setActive', { params: { person }, body: { org: org ?? 0, active: to } })
  const sending = { sending: act.isPending, error: act.error, onClose: leave }
  return (
    <Panel id="person-title" title={name} onClose={onClose} head={head}>
      <p className="quiet">
        {t(machine ? 'people.machine' : 'people.person')} {person}, {t(active ? 'people.active' : 'people.inactive')}
      </p>
      {isMe ? (
        <InlineMessage status="info" size="small">
          {t('people.you')}
        </InlineMessage>
      ) : null}
      {form === undefined && act.error ? <Refusal error={act.error} /> : null}
      <section aria-labelledby="roles-title">
        <Heading level="3" size="xsmall" id="roles-title">
          {t('people.roles')}
        </Heading>
        {told.roles.length === 0 ? <p className="quiet">{t('people.noRoles')}</p> : null}
        <ul className="views">
          {told.roles.map((held) => (
            <li key={`${held.org} ${held.role} ${held.pack}`}>
              {form?.is === 'withdraw' && form.held === held ? (
                <Form
                  title={t('people.withdrawTitle')}
                  submit={t('people.withdrawSend')}
                  {...sending}
                  onSend={() =>
                    act.mutate(
                      {
                        act: () => withdraw(person, held),
                        done: t('people.withdrawn', { name, role: roleWords(held) }),
                        // Nobody gives themselves a role back.
                        ...(isMe ? {} : { back: () => give(person, held) }),
                      },
                      { onSuccess: leave },
                    )
                  }
                >
                  <p>{t('people.withdrawMeans', { name, role: roleWords(held) })}</p>
                  {isMe ? <p className="stop">{t('people.withdrawMine')}</p> : null}
                </Form>
              ) : (
                <p className="held-role">
                  {roleWords(held)}{' '}
                  {administered.has(held.org) ? (
                    <Button size="xsmall" variant="tertiary" onClick={() => setForm({ is: 'withdraw', held })}>
                      {t('people.withdraw')}
                      <span className="for-readers"> {roleWords(held)}</span>
                    </Button>
                  ) : null}
                </p>
              )}
            </li>
          ))}
        </ul>
      </section>
      {isMe || form !== undefined ? null : (
        <p className="acts">
          <Button size="small" onClick={() => setForm({ is: 'give' })}>
            {t('people.give')}
          </Button>
          {org === undefined ? null : active ? (
            <Button size="small" variant="secondary" onClick={() => setForm({ is: 'stop' })}>
              {t('people.stop')}
            </Button>
          ) : (
            <Button
              size="small"
              variant="secondary"
              onClick={() => act.mutate({ act: setActive(true), done: t('people.started', { name }), back: setActive(false) })}
            >
              {t('people.start')}
            </Button>
          )}
        </p>
      )}
      {form?.is === 'give' ? (
        <GiveForm
          told={told}
          {...sending}
          onSend={(held) =>
            act.mutate(
              {
                act: () => give(person, held),
                done: t('people.given', { name, role: roleWords(held) }),
                back: () => withdraw(person, held),
              },
              { onSuccess: leave },
            )
          }
        />
      ) : null}
      {form?.is === 'stop' ? (
        <Form
          title={t('people.stopTitle', { name })}
          submit={t('people.stop')}
          {...sending}
          onSend={() =>
            act.mutate({ act: setActive(false), done: t('people.stopped', { name }), back: setActive(true) }, { onSuccess: leave })
          }
        >
          <p>{t('people.stopMeans')}</p>
        </Form>
      ) : null}
    </Panel>
  )
}

interface GiveProps {
  readonly told: PersonTold
  readonly sending: boolean
  readonly error: unknown
  readonly onSend: (held: RoleTold) => void
  readonly onClose: () => void
}

function GiveForm({ told, sending, error, onSend, onClose }: GiveProps) {
  const { t } = useTranslation()
  const places = usePlaces()
  const { draft, change, drop } = useDraft(`role ${told.person}`, firstRole)
  const { pack = null, ...rest } = roleSaid(draft, places)
  const held: RoleTold = { ...rest, pack }
  const has = told.roles.some((one) => one.role === held.role && one.org === held.org && (one.pack === null || one.pack === pack))
  return (
    <Form
      title={t('people.give')}
      submit={t('people.give')}
      sending={sending}
      error={error}
      missing={has ? t('people.hasIt') : undefined}
      onSend={() => {
        drop()
        onSend(held)
      }}
      onClose={onClose}
    >
      <RoleFields value={draft} onChange={change} />
    </Form>
  )
}
