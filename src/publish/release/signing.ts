import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { IssueCode } from '../../core/words/issue.ts'
import { IssueError } from '../../core/words/result.ts'
import { writeWhole } from '../../store/whole-file.ts'
import { type Bundle, plainJson, type Signature, sha256 } from './bundle.ts'

/** Two persons put their names under the hash of a manifest, each with a key of their own. */

const KeyFile = z.strictObject({ name: z.string().min(1), publicKey: z.string(), privateKey: z.string() })

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

const publicText = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64')

/** How people compare keys: the hash of the public one. */
export const keyPrint = (publicKey: string): string => sha256(Buffer.from(publicKey, 'base64'))

/** Makes a key pair in a file that only its owner may read. Issue: `release/exists`. */
export async function makeKey(name: string, file: string): Promise<string> {
  if ((await readFile(file).catch(() => undefined)) !== undefined)
    throw issue('release/exists', `${file} is there already: a key is never written over.`)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const text = publicText(publicKey)
  await writeWhole(
    file,
    plainJson({ name, publicKey: text, privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') }),
  )
  return keyPrint(text)
}

const signed = (manifest: string, name: string, at: string): Buffer => Buffer.from(['varde-release-v1', manifest, name, at].join('\n'))

/** Issues: `release/key`, `release/signer`. */
export async function signBundle({ manifest, head, signatures }: Bundle, file: string, at: Date): Promise<Signature> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const key = text === undefined ? undefined : KeyFile.safeParse(asJson(text)).data
  const secret = key && readSecret(key.privateKey)
  if (!key || !secret || publicText(createPublicKey(secret)) !== key.publicKey)
    throw issue('release/key', 'This file holds no key that `varde release key` made: name the file it wrote.')
  if (!head.signers.some((signer) => signer.name === key.name && signer.key === keyPrint(key.publicKey)))
    throw issue(
      'release/signer',
      `${key.name} is not among those who are to sign this release: ${head.signers.map((one) => one.name).join(', ')}.`,
    )
  if (signatures.some((one) => one.name === key.name))
    throw issue('release/signer', `${key.name} has signed already: another person is needed.`)
  const when = `${at.toISOString().slice(0, 19)}Z`
  return {
    name: key.name,
    publicKey: key.publicKey,
    at: when,
    signature: sign(null, signed(manifest, key.name, when), secret).toString('base64'),
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readSecret(text: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(text, 'base64'), type: 'pkcs8', format: 'der' })
  } catch {
    return undefined
  }
}

function holds({ publicKey, signature, name, at }: Signature, manifest: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' })
    return key.asymmetricKeyType === 'ed25519' && verify(null, signed(manifest, name, at), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** Issues: `release/signature`, where one does not hold; `release/unsigned`, where fewer than two persons signed, if that is asked for. */
export function checkSignatures({ head, signatures, manifest }: Bundle, needed: 0 | 2): void {
  for (const one of signatures) {
    if (!head.signers.some((signer) => signer.name === one.name && signer.key === keyPrint(one.publicKey)))
      throw issue('release/signature', `A signature is by somebody who was not to sign: ${one.name}.`)
    if (!holds(one, manifest))
      throw issue('release/signature', `The signature of ${one.name} is not under this manifest: one of them was changed since.`)
  }
  const people = new Set(signatures.map((one) => one.name))
  const keys = new Set(signatures.map((one) => keyPrint(one.publicKey)))
  if (people.size !== signatures.length || keys.size !== signatures.length)
    throw issue('release/signature', 'One person stands twice among the signatures.')
  if (people.size < needed)
    throw issue(
      'release/unsigned',
      people.size === 0
        ? 'Nobody has signed this release: two persons must, with `varde release sign`.'
        : `Only ${[...people].join('')} has signed this release: a second person must, with \`varde release sign\`.`,
    )
}
