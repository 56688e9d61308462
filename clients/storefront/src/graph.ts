// The client of the graph. One per token: what one viewer was answered is gone
// with their session.
import { retryExchange } from '@urql/exchange-retry'
import { cacheExchange, Client, fetchExchange, mapExchange, type CombinedError, type Operation } from 'urql'
import { endOf } from './session'

export function clientFor(token: string | null): Client {
  return new Client({
    url: import.meta.env.VITE_GRAPH,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      mapExchange({
        onError: (error) => {
          if (codesOf(error).includes('UNAUTHORIZED')) endOf(token)
        },
      }),
      retryExchange({ initialDelayMs: 1000, maxDelayMs: 5000, maxNumberAttempts: 3, retryIf: mayRepeat }),
      fetchExchange,
    ],
    fetchOptions: () => ({
      credentials: 'omit',
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
    }),
  })
}

// mayRepeat: reads always; writes because each of ours carries an idempotency
// key, so that the gateway does it once and answers twice.
function mayRepeat(error: CombinedError, operation: Operation): boolean {
  const safe = operation.kind === 'query' || Boolean(operation.variables?.input?.idempotencyKey)
  return safe && (Boolean(error.networkError) || error.graphQLErrors.some((e) => e.extensions.retryable === true))
}

export function codesOf(error: CombinedError): string[] {
  return error.graphQLErrors.map((e) => String(e.extensions.code))
}
