// A form with data-unsaved tells in its save bar that something has changed, and asks before the page is left.
const watched = new WeakSet()
const dirty = new Set()

// Forms that were sent may be left, also those that are sent before they are watched.
const sent = new WeakSet()
document.addEventListener('submit', (event) => {
  sent.add(event.target)
  dirty.delete(event.target)
}, true)

const state = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name + value.size : value]))

export function watchChanges(root) {
  const forms = [...(root.querySelectorAll?.('form[data-unsaved]') || [])]
  if (root.matches?.('form[data-unsaved]')) forms.push(root)
  for (const form of forms) {
    if (watched.has(form)) continue
    watched.add(form)
    watch(form)
  }
}

function watch(form) {
  const before = state(form)
  const refused = form.querySelector('[data-problems]') !== null
  const show = () => {
    const changed = refused || state(form) !== before
    if (changed && !sent.has(form)) dirty.add(form)
    else dirty.delete(form)
    form.classList.toggle('is-changed', changed)
  }
  const touched = () => {
    sent.delete(form)
    show()
  }
  form.addEventListener('input', touched)
  form.addEventListener('change', touched)
  form.addEventListener('reset', () => setTimeout(show))
  show()
}

window.addEventListener('beforeunload', (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form)
  if (dirty.size > 0) event.preventDefault()
})
