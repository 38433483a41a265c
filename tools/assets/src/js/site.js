// The browser side of the public site. Every page works without it; nothing here evaluates text as code.
import htmx from 'htmx.org'
import 'bootstrap/js/src/carousel.js'
import { announceIn, announceMessages, announceOnLoad } from './announce.js'
import { watchActs } from './acts.js'
import { watchSubmits } from './busy.js'
import { watchActions } from './confirm.js'
import { watchEditors } from './editors.js'
import { watchFailures } from './failures.js'
import { focusProblems, watchProblemLinks } from './problems.js'
import { watchLimits } from './limits.js'
import { watchMenus } from './menus.js'
import { watchMessages } from './messages.js'
import { useMorph } from './morph.js'
import { watchPictures } from './pictures.js'
import { watchRules } from './rules.js'
import { watchTables } from './tables.js'
import { watchChanges } from './unsaved.js'

window.htmx = htmx
document.documentElement.classList.add('js')
useMorph(htmx)
watchSubmits()
watchActions()
watchActs()
watchLimits()
watchMenus()
watchMessages()
watchPictures()
watchProblemLinks()
watchRules()

function ready() {
  watchChanges(document)
  watchTables()
  watchEditors(document)
  focusProblems(document)
  announceOnLoad()
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready)
else ready()

document.addEventListener('htmx:afterSettle', (event) => {
  const region = event.detail.elt
  watchChanges(region)
  watchTables()
  watchEditors(region)
  focusProblems(region)
  announceIn(region)
})

document.addEventListener('htmx:oobAfterSwap', (event) => {
  if (event.detail.target.id === 'messages') announceMessages()
})

// What was found out about an input that somebody went back to is old: it asks again when it is left.
document.addEventListener('htmx:beforeSwap', (event) => {
  const asked = event.detail.requestConfig?.elt
  if (asked?.matches('[data-check]') && asked === document.activeElement) event.detail.shouldSwap = false
})
watchFailures()
