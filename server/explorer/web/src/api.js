// The page's few requests to the gateway. All go to its own origin.
import { parse } from 'graphql'
import { changes } from './desk.js'

// post sends JSON to an endpoint of the Explorer. The header is what pages of
// other origins cannot send.
export async function post(path, body) {
  const reply = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Explorer': '1' },
    body: JSON.stringify(body),
    credentials: 'omit',
  })
  const answer = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(answer.error ?? `the gateway answered ${reply.status}`)
  return answer
}

export async function getConfig() {
  const reply = await fetch('/explorer/config.json', { credentials: 'omit' })
  const answer = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(answer.error ?? `the gateway answered ${reply.status}`)
  return answer
}

const refused = { errors: [{ message: 'Not run: you did not confirm that it may change live data.' }] }

// fetcherFor runs operations as whoever the session says, at the stage that the
// desk says. What would change a live marketplace asks first.
export function fetcherFor(session, desk, live) {
  return async (params, options = {}) => {
    const introspects = params.operationName === 'IntrospectionQuery'
    const dry = !introspects && desk.takeDry()
    if (live && !dry && !introspects && changes(parse(params.query), params.operationName) &&
        !confirm('This is a LIVE marketplace. Run a mutation that changes its data?')) return refused
    const reply = await fetch(desk.path, {
      method: 'POST', headers: await headersFor(session, options, introspects, dry),
      body: JSON.stringify(params), credentials: 'omit', cache: 'no-store',
    })
    const answer = await reply.json()
    if (!introspects) desk.answered(answer.extensions, dry)
    return answer
  }
}

// headersFor takes a token for the schema too, which some marketplaces show to those
// who have one; where it is everyone's it is there even while no token can be had. A
// refusal of it comes as 200, so that a visitor's console stays quiet.
async function headersFor(session, options, introspects, dry) {
  const headers = new Headers({
    ...options.headers,
    'Content-Type': 'application/json',
    Accept: introspects ? 'application/json' : 'application/graphql-response+json, application/json',
  })
  if (dry) headers.set('X-Cost-Only', 'true')
  const own = headers.has('Authorization') || headers.has('MP-Authorization')
  if (!own) {
    const token = await session.token().catch((cause) => {
      if (!introspects) throw cause
    })
    if (token) headers.set('Authorization', `Bearer ${token}`)
  }
  return headers
}
