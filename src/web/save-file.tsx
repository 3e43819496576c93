import { Button } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { type CsvValue, csvText } from '../core/words/csv.ts'

/** Gives a text to the browser to be kept as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

interface Props {
  readonly name: string
  readonly head: readonly string[]
  /** Undefined: it has not been read yet. */
  readonly lines: (() => readonly (readonly CsvValue[])[]) | undefined
}

/** Exports exactly what is shown, as CSV. */
export function CsvButton({ name, head, lines }: Props) {
  const { t } = useTranslation()
  return (
    <Button
      size="xsmall"
      variant="tertiary"
      disabled={lines === undefined}
      onClick={() => lines && saveFile(`${name}.csv`, 'text/csv', csvText(head, lines()))}
    >
      {t('list.export')}
    </Button>
  )
}
