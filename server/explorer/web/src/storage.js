// What GraphiQL may remember. Its history keeps request headers whatever
// shouldPersistHeaders says, and a token pasted there is a token on disk: so
// headers are cut out of tabs and history on their way into the browser's storage.

const records = /:(tabState|queries|favorites)$/

const withoutHeaders = (name, value) => (name === 'headers' ? undefined : value)

function strip(text) {
  try {
    return JSON.stringify(JSON.parse(text), withoutHeaders)
  } catch {
    return '' // unreadable for us, and so for GraphiQL
  }
}

export const storage = {
  get length() { return localStorage.length },
  key: (index) => localStorage.key(index),
  getItem: (name) => localStorage.getItem(name),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  setItem(name, value) {
    if (/:headers$/.test(name)) return
    localStorage.setItem(name, records.test(name) ? strip(String(value)) : String(value))
  },
}
