import { type Bundle, sha256 } from './bundle.ts'
import { escaped } from './html.ts'

/** A name in the form of a UUID (version 8), made from a hash: the same thing has the same name. */
const uuidOf = (hash: string): string =>
  `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`

/** Atom: every revision, the newest first. `addressOf`: where a revision stands, from where the feed does. */
export function atomFeed({ head, manifest }: Bundle, addressOf: (revision: number) => string): string {
  const entries = [
    ...head.revisions.map((one, i) => ({ ...one, why: head.revisions[i - 1]?.reasons ?? [] })),
    { revision: head.revision, manifest, embargo: head.embargo, why: head.revisions.at(-1)?.reasons ?? [] },
  ].toReversed()
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>${uuidOf(sha256(`${head.publisher}\n${head.id}`))}</id>
<title>${escaped(head.title)}</title>
<updated>${head.embargo}</updated>
<author><name>${escaped(head.publisher)}</name></author>
${entries
  .map(
    ({ revision, manifest: hash, embargo, why }) => `<entry>
<id>${uuidOf(hash)}</id>
<title>${escaped(head.title)}, revision ${revision}</title>
<updated>${embargo}</updated>
<link href="${escaped(addressOf(revision))}"/>
<summary>${escaped(why.length === 0 ? 'First published.' : `Revised because: ${why.join('; ')}`)}</summary>
</entry>
`,
  )
  .join('')}</feed>
`
}
