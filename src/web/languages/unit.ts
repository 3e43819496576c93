import i18next from 'i18next'
import en from './unit.en.json'
import nb from './unit.nb.json'

/** Words of the page of one unit: they come with it. */
for (const [language, words] of Object.entries({ en, nb })) i18next.addResourceBundle(language, 'translation', words, true)
