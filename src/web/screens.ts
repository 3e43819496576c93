import type { KeyId } from './keys/table.ts'

export interface Screen {
  readonly to:
    | '/list'
    | '/work'
    | '/codes'
    | '/figures'
    | '/unit'
    | '/indicators'
    | '/occurrence'
    | '/meetings'
    | '/reports'
    | '/releases'
    | '/feeds'
    | '/log'
    | '/people'
  readonly key: KeyId
  readonly words:
    | 'screen.list'
    | 'screen.work'
    | 'screen.codes'
    | 'screen.figures'
    | 'screen.unit'
    | 'screen.indicators'
    | 'screen.occurrence'
    | 'screen.meetings'
    | 'screen.reports'
    | 'screen.releases'
    | 'screen.feeds'
    | 'screen.log'
    | 'screen.people'
}

/** The screens somebody has something to do on. */
export function screensOf({
  may,
}: {
  readonly may: (capability: 'see' | 'record' | 'count' | 'log' | 'administer') => boolean
}): readonly Screen[] {
  const screens: readonly (Screen & { readonly shown: boolean })[] = [
    { to: '/list', key: 'goList', words: 'screen.list', shown: may('see') },
    { to: '/work', key: 'goWork', words: 'screen.work', shown: may('see') },
    { to: '/codes', key: 'goCodes', words: 'screen.codes', shown: may('record') },
    { to: '/figures', key: 'goFigures', words: 'screen.figures', shown: may('count') },
    { to: '/unit', key: 'goUnit', words: 'screen.unit', shown: may('count') },
    { to: '/indicators', key: 'goIndicators', words: 'screen.indicators', shown: may('count') },
    { to: '/occurrence', key: 'goOccurrence', words: 'screen.occurrence', shown: may('count') },
    { to: '/meetings', key: 'goMeetings', words: 'screen.meetings', shown: may('see') },
    { to: '/reports', key: 'goReports', words: 'screen.reports', shown: may('count') },
    { to: '/releases', key: 'goReleases', words: 'screen.releases', shown: may('count') || may('see') },
    { to: '/log', key: 'goLog', words: 'screen.log', shown: may('log') },
    { to: '/people', key: 'goPeople', words: 'screen.people', shown: may('administer') },
    { to: '/feeds', key: 'goFeeds', words: 'screen.feeds', shown: may('see') || may('administer') },
  ]
  return screens.filter(({ shown }) => shown)
}
