import type { Locator } from 'playwright-core'
import type { Desk } from './desk.ts'

/** What people do with a keyboard alone: there by Tab, written in place. */
export function byKeyboard(desk: Desk) {
  const has = (field: Locator): Promise<boolean> => field.evaluate((node) => node === document.activeElement)
  const tab = async (field: Locator, what: string): Promise<void> => {
    for (let presses = 0; presses < 90; presses++) {
      if (await has(field)) return
      await desk.press('Tab')
    }
    throw new Error(`No way by Tab to ${what}.`)
  }
  const tabTo = (label: string | RegExp, role?: 'button'): Promise<void> =>
    tab(
      (role
        ? desk.page.getByRole(role, { name: label })
        : desk.page.getByLabel(label, { exact: typeof label === 'string' }).and(desk.page.locator('input, textarea, select'))
      ).first(),
      String(label),
    )
  return {
    tabTo,
    tabToFirst: (selector: string): Promise<void> => tab(desk.page.locator(selector).first(), selector),
    /** Into a field by its label, in place of what was there. */
    write: async (label: string | RegExp, text: string): Promise<void> => {
      await tabTo(label)
      await desk.press('Control+a')
      await desk.page.keyboard.type(text)
    },
    /** Ticks every warning there is: they were read. */
    passWarnings: async (): Promise<void> => {
      await desk.page.waitForTimeout(600)
      const boxes = desk.page.locator('.form input[type=checkbox]')
      for (let nth = 0; nth < (await boxes.count()); nth++) {
        await tab(boxes.nth(nth), 'a warning')
        if (!(await boxes.nth(nth).isChecked())) await desk.press('Space')
      }
    },
  }
}

/** From here on a press of the mouse ends the test. */
export const withoutMouse = (desk: Desk): Promise<void> =>
  desk.page
    .addInitScript(() => {
      for (const kind of ['mousedown', 'click'])
        addEventListener(kind, (event) => {
          if ((event as MouseEvent).detail > 0) throw new Error('This is worked by keyboard.')
        })
    })
    .then(() => {})
