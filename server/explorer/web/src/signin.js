// Signing in at the marketplace: authorization code with PKCE (RFC 7636, S256).
// The verifier is kept for the one way there and back.
import { post } from './api.js'

const key = 'explorer:signin'
const redirectURI = () => `${location.origin}/explorer/`

export async function leaveToSignIn({ authorizeUrl, clientId, scopes }) {
  const pending = { state: random(), verifier: random() }
  sessionStorage.setItem(key, JSON.stringify(pending))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier))
  const url = new URL(authorizeUrl)
  for (const [name, value] of Object.entries({
    response_type: 'code', client_id: clientId, redirect_uri: redirectURI(), scope: scopes.join(' '),
    state: pending.state, code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: 'S256',
  })) url.searchParams.set(name, value)
  location.assign(url)
}

// returnFromSignIn finishes what leaveToSignIn began, where this page is the
// way back. It gives undefined where it is not.
export async function returnFromSignIn() {
  const answer = new URLSearchParams(location.search)
  if (!answer.has('state')) return undefined
  const pending = JSON.parse(sessionStorage.getItem(key) ?? 'null')
  sessionStorage.removeItem(key)
  history.replaceState(null, '', '/explorer/') // a code has no place in the address, nor in the history
  if (!pending || pending.state !== answer.get('state')) {
    throw new Error('this sign-in was not begun here; try again')
  }
  if (!answer.get('code')) {
    throw new Error(answer.get('error_description') ?? answer.get('error') ?? 'the marketplace sent no code')
  }
  return post('/explorer/signin', {
    code: answer.get('code'), verifier: pending.verifier, redirectUri: redirectURI(),
  })
}

// random is 256 bits, in the alphabet of verifiers.
function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
