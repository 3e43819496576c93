/** What was said of one pathway. */
export interface Discussed {
  readonly pathway: string
  readonly name: string | null
  readonly question: string | null
  readonly outcome: string | null
}

export interface Held {
  readonly name: string
  readonly on: string
  readonly present: readonly string[]
  readonly items: readonly Discussed[]
  readonly signedBy: string
  readonly signedAt: string
}

/** What minutes say beside what was typed, in the language of whoever reads them. */
export interface MinutesWords {
  readonly present: string
  readonly question: string
  readonly outcome: string
  readonly nothing: string
  readonly signed: (by: string, at: string) => string
}

const english: MinutesWords = {
  present: 'Present',
  question: 'Question',
  outcome: 'Outcome',
  nothing: 'nothing was written',
  signed: (by, at) => `Signed by ${by}, ${at}`,
}

/** Minutes as plain text: who was there, what was said of each, who signed. Nothing is left out, also where nothing was said. */
export function minutesOf({ name, on, present, items, signedBy, signedAt }: Held, words = english): string {
  const lines = [
    name,
    on,
    '',
    `${words.present}: ${present.join(', ')}`,
    ...items.flatMap((item, i) => [
      '',
      `${i + 1}. ${item.name === null ? item.pathway : `${item.name} (${item.pathway})`}`,
      ...(item.question === null ? [] : [`${words.question}: ${item.question}`]),
      `${words.outcome}: ${item.outcome ?? words.nothing}`,
    ]),
    '',
    words.signed(signedBy, signedAt),
  ]
  return `${lines.join('\n')}\n`
}
