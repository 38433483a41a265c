// A dismissed message leaves, and the focus goes on to where it stood.
export function watchMessages() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-dismiss]')
    const message = button?.closest('[data-message]')
    if (!message) return
    const next = message.nextElementSibling?.querySelector('[data-dismiss]') || document.getElementById('main')
    message.remove()
    next?.focus({ preventScroll: true })
  })
}
