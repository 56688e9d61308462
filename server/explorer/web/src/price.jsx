import { useEffect, useState } from 'react'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'

// Price is the bar that says what the last answer cost, and what is left; the
// dry run and the stage of the schema are beside it.
export function Price({ desk }) {
  const [last, setLast] = useState(desk.last)
  useEffect(() => {
    desk.onAnswer = setLast
  }, [desk])
  return (
    <section className="price" aria-label="Price">
      <Stages desk={desk} />
      <DryRun desk={desk} />
      <output id="price">{last ? describe(last) : 'Run something to see its price.'}</output>
    </section>
  )
}

function Stages({ desk }) {
  const { introspect } = useGraphiQLActions()
  const change = (event) => {
    desk.stage = event.target.value
    introspect() // another schema completes other fields
  }
  return (
    <label>
      Schema{' '}
      <select id="stage" defaultValue={desk.stage} onChange={change}>
        <option>production</option>
        <option>preview</option>
      </select>
    </label>
  )
}

// DryRun asks for the price of what is in the editor, and runs nothing.
function DryRun({ desk }) {
  const { run } = useGraphiQLActions()
  const ready = useGraphiQL((state) => Boolean(state.queryEditor))
  const price = async () => {
    desk.dry = true
    try {
      await run()
    } finally {
      desk.dry = false // it asks nothing where the variables are no JSON; the next run is not this one
    }
  }
  return <button type="button" id="dry" disabled={!ready} onClick={price}>Price only</button>
}

// describe says in one line what extensions tell.
export function describe({ cost, upstream, dry }) {
  if (!cost) return 'The answer names no price.'
  const { maximumAvailable, currentlyAvailable, restoreRate } = cost.throttleStatus
  return [
    dry ? `Would cost at most ${cost.requestedQueryCost}, nothing was run` : `Cost ${cost.actualQueryCost} of at most ${cost.requestedQueryCost}`,
    `${currentlyAvailable} of ${maximumAvailable} left, ${restoreRate} more a second`,
    ...(upstream && !dry ? [`${upstream.calls} upstream calls`] : []),
    ...predicted(cost.predictedUpstreamCalls),
  ].join(' · ')
}

// predicted says how many calls each backend would get of an empty cache.
function predicted(byBackend = {}) {
  const each = Object.entries(byBackend).sort().map(([backend, calls]) => `${calls} to ${backend}`)
  return each.length ? [`with nothing cached, calls: ${each.join(', ')}`] : []
}
