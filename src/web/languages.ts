import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from './languages/en.json'
import type house from './languages/house.en.json'
import type life from './languages/life.en.json'
import type unit from './languages/unit.en.json'
import { settings } from './settings.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en & typeof house & typeof life & typeof unit }
    returnNull: false
  }
}

export const languages = { en: 'English', nb: 'Norsk bokmål' } as const
type Language = keyof typeof languages

/** One language is fetched before anything is shown; the others after it, so that they are there when the service is away. */
const files: { readonly [L in Language]: () => Promise<{ readonly default: typeof en }> } = {
  en: () => import('./languages/en.json'),
  nb: () => import('./languages/nb.json'),
}
const fetched = new Map<Language, Promise<void>>()
function fetchWords(language: Language): Promise<void> {
  const found =
    fetched.get(language) ??
    files[language]().then(({ default: words }) => void i18next.addResourceBundle(language, 'translation', words, true))
  fetched.set(language, found)
  found.catch(() => fetched.delete(language))
  return found
}

/** Sets the words of the page, and says to the browser and to screen readers which language it is. */
export async function openLanguages(): Promise<void> {
  const { language } = settings.now()
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false, // each language says everything
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  await fetchWords(language)
  document.documentElement.lang = language
  settings.subscribe(() => {
    const { language: now } = settings.now()
    if (now === i18next.language) return
    void fetchWords(now).then(() => {
      document.documentElement.lang = now
      return i18next.changeLanguage(now)
    })
  })
  for (const other of Object.keys(files) as Language[]) void fetchWords(other).catch(() => undefined) // keys of our own table
}

/** A day as in a sentence, with its year where that is another than this one: `Sat 7 March`, `Fri 7 March 2025`. */
export function dayInWords(day: string, thisYear = new Date().getFullYear()): string {
  const words = new Intl.DateTimeFormat(i18next.language === 'nb' ? 'nb-NO' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`))
  const year = day.slice(0, 4)
  return year === String(thisYear) ? words : `${words} ${year}`
}

/** A moment of the ledger as it is in tables, on this clock: `2026-03-07 14:05`. */
export function momentShort(moment: string | number): string {
  const at = typeof moment === 'number' ? new Date(moment * 1000) : new Date(moment)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}
