// What can go wrong, and what somebody at the page can do about it.
//
// errors[] is for what the page cannot help: told by code, see docs/errors.md.
// userErrors is for what its user can mend: told by type.
import { useEffect, useState } from 'react'
import type { CombinedError } from 'urql'
import { graphql } from './gql'
import type { RefusalFragment } from './gql/graphql'

const sentences: Record<string, string> = {
  UNAUTHORIZED: 'Please sign in for this.',
  FORBIDDEN: 'Your account may not do this.',
  NOT_FOUND: 'This is not here, or not any more.',
  RATE_LIMIT_EXCEEDED: 'The marketplace is busy.',
  INTERNAL_SERVER_ERROR: 'The marketplace does not answer as it should.',
}

// Failure tells errors[], and a connection that is not there. Again is offered
// when asking again can help, and not before the gateway said it would.
export function Failure({ error, again }: { error: CombinedError | undefined; again?: () => void }) {
  if (!error) return null
  const first = error.graphQLErrors[0]?.extensions
  const text = error.networkError
    ? 'The marketplace cannot be reached.'
    : sentences[String(first?.code)] ?? 'This page asked for something that it may not ask for.'
  const worthwhile = Boolean(error.networkError) || first?.retryable === true
  return (
    <div role="alert" className="failure">
      <p>{text}</p>
      {worthwhile && again && <Again after={Number(first?.retryAfterSeconds ?? 0)} again={again} />}
      {first && <p className="small">{`${first.code}, request ${first.requestId}`}</p>}
    </div>
  )
}

function Again({ after, again }: { after: number; again: () => void }) {
  const [left, setLeft] = useState(after)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return (
    <button type="button" disabled={left > 0} onClick={again}>
      {left > 0 ? `Try again in ${left} s` : 'Try again'}
    </button>
  )
}

graphql(`
  fragment Refusal on UserError {
    __typename
    message
    path
    ... on DetailedUserError { blockingErrors { itemId code message } }
    ... on OutcomeUnknown { query }
  }
`)

// Refusals tells userErrors. Messages are sentences for people already; the
// types decide what else there is to say.
export function Refusals({ of }: { of: readonly RefusalFragment[] | null | undefined }) {
  if (!of?.length) return null
  return (
    <div role="alert" className="failure">
      <ul>
        {of.map((refusal, i) => <li key={i}>{told(refusal)}</li>)}
      </ul>
    </div>
  )
}

function told(refusal: RefusalFragment) {
  switch (refusal.__typename) {
    case 'DetailedUserError': {
      const reasons = refusal.blockingErrors?.flatMap((e) => e.message ?? []) ?? []
      return reasons.length > 0 ? reasons.join(' ') : refusal.message
    }
    case 'OutcomeUnknown':
      return 'It is not known yet whether this was done. Try again: nothing is done twice.'
    default:
      return refusal.message
  }
}
