import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import type { Route } from './src/api/route.ts'
import { allRoutes } from './src/api/routes.ts'

/** Method and path of every route, out of the table the service is made from. The shapes stay behind: the page needs their types alone. */
const addresses = (): Plugin => {
  const id = 'varde:addresses'
  const table = Object.fromEntries(
    Object.entries(allRoutes as Readonly<Record<string, Route>>).map(([name, { method, path }]) => [name, [method, path]]),
  )
  return {
    name: id,
    resolveId: (asked) => (asked === id ? `\0${id}` : undefined),
    load: (asked) => (asked === `\0${id}` ? `export const addresses = ${JSON.stringify(table)}` : undefined),
  }
}

/** Beside each text its compressed forms, so that the service need not make them again and again. */
const compressed = (): Plugin => ({
  name: 'varde:compressed',
  apply: 'build',
  writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css|html|svg)$/.test(file))) {
      const bytes = readFileSync(join(dir, name))
      writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }))
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes))
    }
  },
})

export default defineConfig({
  root: 'src/web',
  plugins: [addresses(), react(), compressed()],
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: ['chrome123', 'firefox128', 'safari17.4'],
    // Nothing inline: the policy of the service lets scripts, styles and fonts come from files of its own alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    // What is loaded first is one file: in pieces it compresses a tenth worse. Screens that come later are files of their own.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4180' } },
})
