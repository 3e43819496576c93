import { Checkbox, CheckboxGroup, Select, Textarea, TextField } from '@navikt/ds-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { frictionKinds, presences, purposes } from '../../core/life/life.ts'
import { stageMoves } from '../../core/life/rules.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { useSession } from '../session.tsx'
import { useDefinition, useNames } from './rule-words.tsx'
import type { Sayable } from './sayable.ts'
import { hoursOf, type LifeShort, type LifeTold, type SaidNow, useOpen, useSay } from './use-lives.ts'

/** Everything a form may hold: each kind uses some of it. */
const empty = {
  to: '',
  why: '',
  dropped: '',
  elements: '',
  changed: '',
  because: [] as readonly string[],
  is: {} as Readonly<Record<string, string>>,
  where: {} as Readonly<Record<string, string>>,
  friction: 'missing',
  note: '',
  gap: '',
  purpose: '',
  items: '',
  cases: '',
  minutes: '',
  wanted: '',
  unwanted: '',
  indicator: '',
}
type Draft = typeof empty

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
const ifAny = <K extends string>(key: K, text: string) =>
  text.trim() === '' ? {} : ({ [key]: text.trim() } as { readonly [P in K]: string }) // one key
const whole = (text: string): number | undefined => (/^\d{1,8}$/.test(text.trim()) ? Number(text) : undefined)
const decimal = (text: string): number | undefined =>
  /^\d{1,4}([.,]\d{1,2})?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : undefined
const minutesOf = ({ items, cases, minutes }: Draft): number | undefined => {
  const [n, each] = [whole(cases), decimal(minutes)]
  return n === undefined || each === undefined ? undefined : lines(items).length * n * each
}

/** `name: what it is`, one a line; without a colon the name is all. */
const elementsOf = (text: string) =>
  lines(text).map((line) => {
    const at = line.indexOf(':')
    const [name, says] = at < 0 ? [line, line] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    return { name, says: says === '' ? name : says }
  })

/** What a draft says; undefined: something is missing still. */
const saids: { readonly [K in Sayable]: (draft: Draft, life: LifeTold) => SaidNow | undefined } = {
  step: ({ to, why, dropped }, { stage }) => {
    const found = stageMoves[stage].find((one) => one === to)
    return found === undefined || why.trim() === '' ? undefined : { kind: 'step', to: found, why, ...ifAny('dropped', dropped) }
  },
  definition: ({ elements, because, changed }, { definitions }) => {
    const list = elementsOf(elements)
    const none = because.includes('none-given')
    if (list.length === 0 || because.length === 0 || (definitions.length > 0 && changed.trim() === '')) return undefined
    return { kind: 'definition', elements: list, because: none ? 'none-given' : because.map(Number), ...ifAny('changed', changed) }
  },
  match: ({ is, where }, { sheet }) => {
    const said = sheet.flatMap(({ name }) => {
      const found = presences.find((one) => one === is[name])
      return found === undefined ? [] : [{ name, is: found, ...ifAny('where', where[name] ?? '') }]
    })
    return said.length === 0 ? undefined : { kind: 'match', elements: said }
  },
  gap: ({ gap }) => (gap.trim() === '' ? undefined : { kind: 'gap', gap }),
  friction: ({ friction, note, changed }) => {
    const kind = frictionKinds.find((one) => one === friction)
    return kind === undefined || note.trim() === '' ? undefined : { kind: 'friction', friction: kind, note, ...ifAny('changed', changed) }
  },
  cost: (draft) => {
    const [cases, minutes] = [whole(draft.cases), decimal(draft.minutes)]
    return cases === undefined || minutes === undefined ? undefined : { kind: 'cost', items: [...lines(draft.items)], cases, minutes }
  },
  observed: ({ cases }) => {
    const n = whole(cases)
    return n === undefined ? undefined : { kind: 'observed', cases: n }
  },
  effect: ({ wanted, unwanted }) => (wanted.trim() === '' || unwanted.trim() === '' ? undefined : { kind: 'effect', wanted, unwanted }),
  'purpose-proposed': ({ purpose, why }) => {
    const found = purposes.find((one) => one === purpose)
    return found === undefined || why.trim() === '' ? undefined : { kind: 'purpose-proposed', purpose: found, why }
  },
  joined: ({ indicator }) => (indicator === '' ? undefined : { kind: 'joined', indicator }),
}

/** What a form begins with: what stands there now, to be changed. */
function begun(kind: Sayable, life: LifeTold): Partial<Draft> {
  const { definitions, sheet, gap, cost } = life
  const last = definitions.at(-1)
  const filled: Partial<{ readonly [K in Sayable]: Partial<Draft> }> = {
    step: { to: stageMoves[life.stage][0] ?? '' },
    ...(last === undefined ? {} : { definition: { elements: last.elements.map(({ name, says }) => `${name}: ${says}`).join('\n') } }),
    match: {
      is: Object.fromEntries(sheet.flatMap(({ name, is }) => (is === null ? [] : [[name, is]]))),
      where: Object.fromEntries(sheet.flatMap(({ name, where }) => (where === null ? [] : [[name, where]]))),
    },
    ...(gap === null ? {} : { gap: { gap } }),
    ...(cost === null ? {} : { cost: { items: cost.items.join('\n'), cases: String(cost.cases), minutes: String(cost.minutes) } }),
    'purpose-proposed': { purpose: purposes.find((one) => one !== life.purpose) ?? '' },
  }
  return filled[kind] ?? {}
}

interface FieldsProps {
  readonly kind: Sayable
  readonly life: LifeTold
  readonly draft: Draft
  readonly change: (to: Partial<Draft>) => void
  readonly free: readonly { readonly id: string; readonly name: string }[]
}

function Fields({ kind, life, draft, change, free }: FieldsProps) {
  const { t } = useTranslation()
  const area = (
    key: 'why' | 'dropped' | 'elements' | 'changed' | 'note' | 'gap' | 'items' | 'wanted' | 'unwanted',
    label: string,
    rows = 2,
  ) => (
    <Textarea
      key={key}
      size="small"
      label={label}
      value={draft[key]}
      minRows={rows}
      onChange={({ target }) => change({ [key]: target.value })}
    />
  )
  const line = (key: 'cases' | 'minutes', label: string) => (
    <TextField
      key={key}
      size="small"
      label={label}
      value={draft[key]}
      inputMode="decimal"
      autoComplete="off"
      onChange={({ target }) => change({ [key]: target.value })}
    />
  )
  const choice = (
    key: 'to' | 'friction' | 'purpose' | 'indicator',
    label: string,
    options: readonly (readonly [id: string, name: string])[],
  ) => (
    <Select key={key} size="small" label={label} value={draft[key]} onChange={({ target }) => change({ [key]: target.value })}>
      {options.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  )
  const minutes = minutesOf(draft)
  const fields: { readonly [K in Sayable]: () => ReactNode } = {
    step: () => [
      choice(
        'to',
        t('life.f.to'),
        stageMoves[life.stage].map((stage) => [stage, t(`life.stage.${stage}`)] as const),
      ),
      area('why', t('life.f.why')),
      area('dropped', t('life.f.dropped')),
    ],
    definition: () => [
      area('elements', t('life.f.elements'), 5),
      life.definitions.length === 0 ? null : area('changed', t('life.f.changedNow')),
      <CheckboxGroup
        key="because"
        size="small"
        legend={t('life.f.because')}
        value={[...draft.because]}
        // One or more of the log, or none of it.
        onChange={(now: string[]) =>
          change({
            because:
              now.includes('none-given') && !draft.because.includes('none-given')
                ? ['none-given']
                : now.filter((one) => one !== 'none-given'),
          })
        }
      >
        {life.frictions.map(({ n, friction, note }) => (
          <Checkbox key={n} value={String(n)}>
            {t(`life.frictionKind.${friction}`)}: {note}
          </Checkbox>
        ))}
        <Checkbox value="none-given">{t('life.f.noneGiven')}</Checkbox>
      </CheckboxGroup>,
    ],
    match: () =>
      life.sheet.length === 0 ? (
        <p>{t('life.noDefinition')}</p>
      ) : (
        life.sheet.map(({ name, says }) => (
          <div key={name} className="form-row">
            <Select
              size="small"
              label={t('life.f.is', { name })}
              description={says}
              value={draft.is[name] ?? ''}
              onChange={({ target }) => change({ is: { ...draft.is, [name]: target.value } })}
            >
              <option value="">{t('life.notLooked')}</option>
              {presences.map((one) => (
                <option key={one} value={one}>
                  {t(`life.presence.${one}`)}
                </option>
              ))}
            </Select>
            <TextField
              size="small"
              label={t('life.f.where', { name })}
              value={draft.where[name] ?? ''}
              maxLength={4000}
              autoComplete="off"
              onChange={({ target }) => change({ where: { ...draft.where, [name]: target.value } })}
            />
          </div>
        ))
      ),
    gap: () => area('gap', t('life.f.gap'), 3),
    friction: () => [
      choice(
        'friction',
        t('life.f.friction'),
        frictionKinds.map((one) => [one, t(`life.frictionKind.${one}`)] as const),
      ),
      area('note', t('life.f.note')),
      area('changed', t('life.f.changed')),
    ],
    cost: () => [
      area('items', t('life.f.items'), 3),
      <div key="row" className="form-row">
        {line('cases', t('life.f.cases'))}
        {line('minutes', t('life.f.minutes'))}
      </div>,
      <p key="sum" role="status" className="life-hint">
        {minutes === undefined ? '' : t('life.f.sum', { hours: hoursOf(minutes) })}
      </p>,
    ],
    observed: () => line('cases', t('life.f.casesSeen')),
    effect: () => [area('wanted', t('life.f.wanted')), area('unwanted', t('life.f.unwanted'))],
    'purpose-proposed': () => [
      choice(
        'purpose',
        t('life.f.purpose'),
        purposes.filter((one) => one !== life.purpose).map((one) => [one, t(`life.purpose.${one}`)] as const),
      ),
      area('why', t('life.f.why')),
    ],
    joined: () =>
      free.length === 0 ? (
        <p>{t('life.f.noIndicator')}</p>
      ) : (
        choice('indicator', t('life.f.indicator'), [['', ''], ...free.map(({ id, name }) => [id, `${id} ${name}`] as const)])
      ),
  }
  return fields[kind]()
}

interface SayProps {
  readonly kind: Sayable
  readonly life: LifeTold
  /** Lives of the pack: an indicator has one in a house. */
  readonly lives: readonly LifeShort[]
  readonly onClose: () => void
}

/** One thing said of an indicator. */
export function SayForm({ kind, life, lives, onClose }: SayProps) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const say = useSay(life)
  // Of an indicator of the pack, the definition may begin with what its rule reads.
  const rule = useDefinition(life.pack, kind === 'definition' && life.definitions.length === 0 ? (life.indicator ?? undefined) : undefined)
  const named = useNames(rule.data?.names ?? { slots: {}, intervals: {}, variants: {} })
  const { draft, change, drop } = useDraft<Draft>(`life ${life.life} ${kind}`, { ...empty, ...begun(kind, life) })
  const [offered, setOffered] = useState(false)
  if (!offered && rule.data !== undefined && draft.elements === '') {
    setOffered(true)
    change({ elements: rule.data.reads.map((id) => named('slots', id)).join('\n') })
  }
  const taken = new Set(lives.filter(({ org }) => org === life.org).map(({ indicator }) => indicator))
  const free = (packs.find(({ id }) => id === life.pack)?.indicators ?? []).filter(({ id }) => !taken.has(id))
  const said = saids[kind](draft, life)
  return (
    <Form
      title={t(`life.say.${kind}`)}
      level="3"
      submit={t('life.f.save')}
      sending={say.isPending}
      error={say.error}
      missing={said === undefined ? t('life.f.missing') : undefined}
      onSend={() =>
        said &&
        say.mutate(
          { said, done: t(`life.done.${kind}`) },
          {
            onSuccess: () => {
              drop()
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      <p className="quiet life-hint">{t('life.f.noPatients')}</p>
      <Fields {...{ kind, life, draft, change, free }} />
    </Form>
  )
}

/** A new idea; of an indicator of the pack where one is named. */
export function IdeaForm({
  pack,
  indicator,
  onOpened,
  onClose,
}: {
  readonly pack: string
  readonly indicator: { readonly id: string; readonly name: string } | undefined
  readonly onOpened: (life: string) => void
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const { me, organisations } = useSession()
  const open = useOpen()
  const mine = new Set(me.may.define ?? [])
  const houses = [...organisations.values()].filter(({ org, ledger }) => org === ledger && mine.has(ledger))
  const home = me.roles.map(({ org }) => organisations.get(org)?.ledger).find((ledger) => ledger !== undefined && mine.has(ledger))
  const { draft, change, drop } = useDraft(`idea ${pack} ${indicator?.id ?? ''}`, {
    name: indicator?.name ?? '',
    wanted: '',
    org: String(home ?? houses[0]?.org ?? ''),
  })
  const missing = draft.name.trim() === '' || draft.wanted.trim() === '' || draft.org === ''
  return (
    <Form
      title={indicator === undefined ? t('life.f.ideaTitle') : t('life.begin')}
      level="3"
      submit={t('life.f.ideaSave')}
      sending={open.isPending}
      error={open.error}
      missing={missing ? t('life.f.missing') : undefined}
      onSend={() =>
        open.mutate(
          {
            body: {
              org: Number(draft.org),
              pack,
              name: draft.name,
              wanted: draft.wanted,
              ...(indicator === undefined ? {} : { indicator: indicator.id }),
            },
            done: t('life.opened'),
          },
          {
            onSuccess: ({ life }) => {
              drop()
              onOpened(life.life)
            },
          },
        )
      }
      onClose={onClose}
    >
      <p className="quiet life-hint">{t('life.f.noPatients')}</p>
      <TextField
        size="small"
        label={t('life.f.name')}
        value={draft.name}
        maxLength={200}
        autoComplete="off"
        onChange={({ target }) => change({ name: target.value })}
      />
      <Textarea
        size="small"
        label={t('life.f.wish')}
        value={draft.wanted}
        minRows={3}
        onChange={({ target }) => change({ wanted: target.value })}
      />
      {houses.length < 2 ? null : (
        <Select size="small" label={t('life.f.house')} value={draft.org} onChange={({ target }) => change({ org: target.value })}>
          {houses.map(({ org, name }) => (
            <option key={org} value={String(org)}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Form>
  )
}
