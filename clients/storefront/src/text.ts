// How values read. The page's language is English; en-US is what the demo
// marketplaces have.
import type { PricingFrequency } from './gql/graphql'

export const locale = 'en-US'

// money shows an amount as the gateway gave it.
export function money(amount: number | null | undefined, currency: string | null | undefined): string {
  if (amount == null) return '–'
  return new Intl.NumberFormat(locale, currency ? { style: 'currency', currency } : {}).format(amount)
}

const periods: Record<PricingFrequency, string> = {
  ONE_TIME: 'once',
  DAILY: 'per day',
  MONTHLY: 'per month',
  QUARTERLY: 'per quarter',
  SIX_MONTHS: 'per half-year',
  YEARLY: 'per year',
  TWO_YEARS: 'per two years',
  THREE_YEARS: 'per three years',
  UNKNOWN: '',
}

export function period(frequency: PricingFrequency | null | undefined): string {
  return frequency ? periods[frequency] : ''
}

// unit reads `USER` as people write it; a flat fee has none.
export function unit(name: string | null | undefined): string {
  return !name || name === 'NOT_APPLICABLE' ? '' : name.toLowerCase().replaceAll('_', ' ')
}
