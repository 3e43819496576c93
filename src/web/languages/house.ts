import i18next from 'i18next'
import en from './house.en.json'
import nb from './house.nb.json'

/** Words of the screens for those who guard and run the house: few open them, so they come with them. */
for (const [language, words] of Object.entries({ en, nb })) i18next.addResourceBundle(language, 'translation', words, true)
