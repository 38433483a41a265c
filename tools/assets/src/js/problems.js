// After a refusal the focus goes to the summary, whose links lead to the fields.
export function focusProblems(root) {
  const summary = root.matches?.('[data-problems]') ? root : root.querySelector?.('[data-problems]')
  if (!summary) return
  summary.focus({ preventScroll: true })
  summary.scrollIntoView({ block: 'nearest' })
}

export function watchProblemLinks() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('[data-problems] a[href^="#"]')
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))
    if (!field) return
    event.preventDefault()
    const box = field.closest('.field') || field
    const target = field.matches('fieldset, div') ? field.querySelector('input, select, textarea') || field : field
    box.scrollIntoView({ block: 'start' })
    target.focus({ preventScroll: true })
  })
}
