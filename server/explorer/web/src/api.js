// The page's few requests to the gateway. All go to its own origin.

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

// fetcherFor runs operations as whoever the session says. The schema is
// everyone's, so it is there even while no token can be had.
export function fetcherFor(session) {
  return async (params, options = {}) => {
    const headers = new Headers({
      ...options.headers,
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json',
    })
    const own = headers.has('Authorization') || headers.has('MP-Authorization')
    if (!own && params.operationName !== 'IntrospectionQuery') {
      const token = await session.token()
      if (token) headers.set('Authorization', `Bearer ${token}`)
    }
    const reply = await fetch('/api/graphql', {
      method: 'POST', headers, body: JSON.stringify(params), credentials: 'omit', cache: 'no-store',
    })
    return reply.json()
  }
}
