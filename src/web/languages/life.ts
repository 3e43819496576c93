import i18next from 'i18next'
import en from './life.en.json'
import nb from './life.nb.json'

/** Words of the lives of indicators: they come with the screens that show them. */
for (const [language, words] of Object.entries({ en, nb })) i18next.addResourceBundle(language, 'translation', words, true)
