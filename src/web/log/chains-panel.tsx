import { Button, InlineMessage } from '@navikt/ds-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useSession } from '../session.tsx'

/** Whether the chains hold: asked for, since all of them are read. */
export function ChainsPanel({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  const check = useMutation({ networkMode: 'always', mutationFn: () => ask('verifyLog', { query: {} }) })
  return (
    <Panel id="chains-title" title={t('log.chains')} onClose={onClose}>
      <p>{t('log.chainsWhat')}</p>
      <Button ref={first} size="small" onClick={() => (check.isPending ? undefined : check.mutate())}>
        {t('log.chainsCheck')}
      </Button>
      {check.error ? <Refusal error={check.error} /> : null}
      <div role="status" className="chains-said">
        {check.isPending ? t('log.chainsReading') : null}
        {check.data === undefined ? null : (
          <InlineMessage status={check.data.holds ? 'success' : 'error'} size="small">
            {t(check.data.holds ? 'log.chainsHold' : 'log.chainsBroken')}
          </InlineMessage>
        )}
      </div>
      {check.data === undefined ? null : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('log.org')}</th>
              <th scope="col">{t('log.chain')}</th>
              <th scope="col" className="number">
                {t('log.rows')}
              </th>
              <th scope="col">{t('people.state')}</th>
            </tr>
          </thead>
          <tbody>
            {check.data.chains.map(({ ledger, chain, seq, problems }) => (
              <tr key={`${ledger} ${chain}`}>
                <td>{nameOf(ledger)}</td>
                <td>{t(`log.${chain}`)}</td>
                <td className="number">{seq}</td>
                <td>{problems[0] === undefined ? `✓ ${t('log.holds')}` : `✗ ${t('log.broken', { seq: problems[0].seq })}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
