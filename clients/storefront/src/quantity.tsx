// How many of which unit: the plan says which units are asked for, and within
// which bounds. The gateway says it again, as userErrors, to whoever does not listen.
import { graphql } from './gql'
import type { QuantitiesFragment } from './gql/graphql'
import { unit as readUnit } from './text'

graphql(`
  fragment Quantities on PricingPlan {
    costs { unit minUnits maxUnits increment isMetered }
  }
`)

type Plan = QuantitiesFragment
type Units = { unit: string; quantity: number }[]

// Quantities are number fields, one for each unit of the plan.
export function Quantities({ plan, now = [] }: { plan: Plan; now?: { unit: string | null; quantity: number | null }[] }) {
  return asked(plan).map(({ unit, min, max, step }) => (
    <label key={unit}>
      {`Quantity (${readUnit(unit)})`}
      <input
        type="number" name={`unit:${unit}`} required min={min} max={max} step={step}
        defaultValue={now.find((u) => u.unit === unit)?.quantity ?? min}
      />
    </label>
  ))
}

// unitsOf reads them back.
export function unitsOf(plan: Plan, form: FormData): Units {
  return asked(plan).map(({ unit }) => ({ unit, quantity: Number(form.get(`unit:${unit}`)) }))
}

interface Asked {
  unit: string
  min: number
  max: number | undefined
  step: number
}

// fees are charged once, whatever is bought.
const fees = ['NOT_APPLICABLE', 'ONE_TIME_SETUP']

// asked are the units that a buyer chooses a number of: neither fees, nor
// what is measured later. A unit that costs less in greater numbers has a cost
// for each step.
function asked(plan: Plan): Asked[] {
  const units = new Map<string, Asked>()
  for (const cost of plan.costs ?? []) {
    if (!cost.unit || fees.includes(cost.unit) || cost.isMetered) continue
    const before = units.get(cost.unit)
    units.set(cost.unit, {
      unit: cost.unit,
      min: before?.min ?? cost.minUnits ?? 1,
      max: cost.maxUnits ?? undefined,
      step: cost.increment ?? 1,
    })
  }
  return [...units.values()]
}
