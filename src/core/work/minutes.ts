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

/** Minutes as plain text: who was there, what was said of each, who signed. Nothing is left out, also where nothing was said. */
export function minutesOf({ name, on, present, items, signedBy, signedAt }: Held): string {
  const lines = [
    name,
    on,
    '',
    `Present: ${present.join(', ')}`,
    ...items.flatMap((item, i) => [
      '',
      `${i + 1}. ${item.name === null ? item.pathway : `${item.name} (${item.pathway})`}`,
      ...(item.question === null ? [] : [`Question: ${item.question}`]),
      `Outcome: ${item.outcome ?? 'nothing was written'}`,
    ]),
    '',
    `Signed by ${signedBy}, ${signedAt}`,
  ]
  return `${lines.join('\n')}\n`
}
