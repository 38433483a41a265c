// A form with data-unsaved tells in its save bar that something has changed, and asks before the page is left.
const watched = new WeakSet()
const dirty = new Set()

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
    if (changed) dirty.add(form)
    else dirty.delete(form)
    form.classList.toggle('is-changed', changed)
  }
  form.addEventListener('input', show)
  form.addEventListener('change', show)
  form.addEventListener('reset', () => setTimeout(show))
  form.addEventListener('submit', () => dirty.delete(form))
  show()
}

window.addEventListener('beforeunload', (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form)
  if (dirty.size > 0) event.preventDefault()
})
