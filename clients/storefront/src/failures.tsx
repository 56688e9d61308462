// What can go wrong, and what somebody at the page can do about it.
// errors[] is told by code, see docs/errors.md.
import { useEffect, useState } from 'react'
import type { CombinedError } from 'urql'

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
