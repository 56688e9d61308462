// Who is signed in: authorization code with PKCE (RFC 7636, S256) at the
// marketplace. The token is in this module's memory and nowhere else: a reload
// forgets it, and no script that reads the browser's storage finds it.
import { useSyncExternalStore } from 'react'

export interface Session {
  token: string | null
  problem?: string // why nobody is signed in any more
}

export const returnPath = '/oauth2/return' // registered as redirect URI

const pendingKey = 'storefront:signin'
const longestTimer = 2 ** 31 - 1 // of setTimeout, in milliseconds

let session: Session = { token: null }
const listeners = new Set<() => void>()

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => session,
  )
}

export function signOut(problem?: string) {
  change(problem === undefined ? { token: null } : { token: null, problem })
}

// signIn leaves for the marketplace's page. The verifier waits in sessionStorage
// for the way back; it is worth nothing without the code.
export async function signIn() {
  const pending = { state: random(), verifier: random(), back: location.pathname + location.search }
  sessionStorage.setItem(pendingKey, JSON.stringify(pending))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier))
  const url = new URL(import.meta.env.VITE_AUTHORIZE)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: import.meta.env.VITE_CLIENT_ID,
    redirect_uri: location.origin + returnPath,
    scope: 'ROLE_USER',
    state: pending.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  }).toString()
  location.assign(url)
}

// finishSignIn ends what signIn began. It gives the path to go on from, and tells
// in the session what went wrong.
export async function finishSignIn(answer: URLSearchParams): Promise<string> {
  const pending = JSON.parse(sessionStorage.getItem(pendingKey) ?? '{}')
  sessionStorage.removeItem(pendingKey)
  try {
    if (!pending.state || pending.state !== answer.get('state')) throw new Error('it was not begun here')
    const code = answer.get('code')
    if (!code) throw new Error(answer.get('error_description') ?? answer.get('error') ?? 'no code was sent')
    const { access_token: token, expires_in: seconds } = await exchange(code, pending.verifier)
    change({ token })
    // A minute early, so that no token ends on its way.
    setTimeout(() => endOf(token), Math.min((seconds - 60) * 1000, longestTimer))
  } catch (cause) {
    signOut(`You are not signed in: ${(cause as Error).message}.`)
  }
  return pending.back ?? '/'
}

async function exchange(code: string, verifier: string): Promise<{ access_token: string; expires_in: number }> {
  const reply = await fetch(import.meta.env.VITE_TOKEN, {
    method: 'POST',
    credentials: 'omit',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: import.meta.env.VITE_CLIENT_ID,
      redirect_uri: location.origin + returnPath,
      code,
      code_verifier: verifier,
    }),
  })
  const answer = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(answer.error_description ?? `the marketplace answered ${reply.status}`)
  return answer
}

// endOf signs out whoever still uses that token.
export function endOf(token: string | null) {
  if (token !== null && session.token === token) signOut('Your session has ended. Please sign in again.')
}

function change(next: Session) {
  session = next
  listeners.forEach((listener) => listener())
}

// random is 256 bits, in the alphabet of verifiers.
function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64url(bytes: Uint8Array) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
