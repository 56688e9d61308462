import './style.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { finishSignIn, returnPath } from './session'

if (location.pathname === returnPath) {
  const back = await finishSignIn(new URLSearchParams(location.search))
  history.replaceState(null, '', back) // a code has no place in the address, nor in the history
}
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>)
