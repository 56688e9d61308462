// The fields of a postal address, for delivery and for a card's bill.
export function AddressFields({ of }: { of: 'shipping' | 'billing' }) {
  const auto = (field: string) => `${of} ${field}` as const
  return (
    <>
      <label>Street<input name="street" required autoComplete={auto('address-line1')} /></label>
      <label>City<input name="city" required autoComplete={auto('address-level2')} /></label>
      <label>State<input name="state" autoComplete={auto('address-level1')} /></label>
      <label>Postal code<input name="zip" required autoComplete={auto('postal-code')} /></label>
      <label>Country code<input name="country" required minLength={2} maxLength={2} autoComplete={auto('country')} /></label>
    </>
  )
}

// textOf reads a text field; '' where it is empty.
export function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? '').trim()
}
