// What a cart costs. Every figure is the gateway's: nothing is added up here.
import { graphql } from './gql'
import type { TotalsFragment } from './gql/graphql'
import { money, period } from './text'

graphql(`
  fragment Totals on Cart {
    currency
    pricingTotal {
      amountDueBeforeTax
      taxSummary { description taxAmount }
      shippingFeeAmount
      amountDueAfterTax
      recurringTotals { totalSalePrice billingCycle { period } }
    }
  }
`)

export function Totals({ of: { currency, pricingTotal } }: { of: TotalsFragment }) {
  if (!pricingTotal) return null
  const rows: [string, number | null][] = [
    ['Due before tax', pricingTotal.amountDueBeforeTax],
    ...(pricingTotal.taxSummary ?? []).map((tax): [string, number | null] => [tax.description ?? 'Tax', tax.taxAmount]),
    ['Shipping', pricingTotal.shippingFeeAmount],
    ['Due now', pricingTotal.amountDueAfterTax],
    ...(pricingTotal.recurringTotals ?? []).map((total): [string, number | null] =>
      [`Then ${period(total.billingCycle?.period)}`, total.totalSalePrice]),
  ]
  return (
    <table>
      <caption>What it costs</caption>
      <tbody>
        {rows.map(([name, amount]) => amount != null && (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{money(amount, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
