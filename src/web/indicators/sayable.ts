/** What the page has a form for, in the order of its buttons. */
export const sayable = [
  'step',
  'definition',
  'match',
  'gap',
  'friction',
  'cost',
  'observed',
  'effect',
  'purpose-proposed',
  'joined',
] as const
export type Sayable = (typeof sayable)[number]
