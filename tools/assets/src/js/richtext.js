// Puts an editor before every text that may have markup. The control of the form stays the textarea: it is kept up to
// date, sent, and what labels and the summary of problems lead to.
import { attach } from './richtext/editor.js'

const attached = new Map() // textarea → editor

function look() {
  for (const [area, editor] of attached) {
    if (area.isConnected && editor.root.parentNode === area.parentNode) {
      if (editor.root.nextElementSibling !== area) editor.root.after(area) // an answer put it elsewhere
      editor.follow()
    } else {
      editor.end()
      attached.delete(area)
    }
  }
  for (const area of document.querySelectorAll('textarea[data-richtext]')) {
    if (attached.has(area)) continue
    // A page out of the history of htmx comes with what an editor of its time looked like.
    document.getElementById(`${area.id}-editor`)?.remove()
    attached.set(area, attach(area))
  }
}

look()
document.addEventListener('htmx:afterSwap', look)
document.addEventListener('htmx:afterSettle', look)
document.addEventListener('htmx:historyRestore', look)
document.addEventListener('reset', (event) => setTimeout(() => {
  for (const [area, editor] of attached) if (area.form === event.target) editor.follow()
}))
// What an input method has not finished yet is sent, too.
document.addEventListener('submit', (event) => {
  for (const [area, editor] of attached) if (area.form === event.target) editor.finish()
}, true)
