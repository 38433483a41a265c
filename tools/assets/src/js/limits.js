// A card of prices can limit a number of the same form; one without a limit takes it away again.
export function watchLimits() {
  document.addEventListener('change', (event) => {
    const number = event.target.closest('[data-limits]')?.dataset.limits
    const input = number && document.getElementById(number)
    if (!input) return
    if (event.target.dataset.max) input.max = event.target.dataset.max
    else input.removeAttribute('max')
  })
}
