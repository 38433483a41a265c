// The browser side of the staff frame: keys, folding navigation, colours, ticked rows. Every page works without it.
const typing = (target) => target.closest?.('input, textarea, select, [contenteditable]')

function watchKeys() {
  let waiting = 0
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      const form = document.querySelector('form[data-unsaved]')
      if (!form) return
      event.preventDefault()
      form.requestSubmit(form.querySelector('.save-bar [type=submit]'))
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return
    const after = waiting > Date.now() ? 'g' : ''
    waiting = 0
    if (after && go(event.key)) event.preventDefault()
    else if (event.key === 'g') waiting = Date.now() + 1500
    else if (act(event.key)) event.preventDefault()
  })
}

function go(letter) {
  const place = document.querySelector(`.staff-nav [data-key="${CSS.escape(letter)}"]`)
  place?.click()
  return place
}

function act(key) {
  if (key === '/') {
    const search = document.querySelector('[data-key="/"]')
    search?.focus()
    search?.select()
    return search
  }
  if (key === 'n') {
    const add = document.querySelector('.page-heading .btn-primary')
    add?.click()
    return add
  }
  if (key === '?') {
    document.getElementById('keys').showModal()
    return true
  }
  return false
}

function watchDialogs() {
  document.addEventListener('click', (event) => {
    const opener = event.target.closest?.('[data-opens]')
    if (opener) document.getElementById(opener.dataset.opens).showModal()
  })
}

// The navigation is open on wide screens and closed on narrow ones, until the person says otherwise.
function watchFold() {
  const button = document.querySelector('[data-nav-fold]')
  const wide = window.matchMedia('(min-width: 992px)')
  const kept = () => {
    try {
      return localStorage.getItem('nav')
    } catch {
      return null
    }
  }
  const show = (open) => {
    document.body.classList.toggle('nav-closed', !open)
    button.setAttribute('aria-expanded', String(open))
  }
  const fit = () => show(wide.matches && kept() !== 'closed')
  button.addEventListener('click', () => {
    const open = document.body.classList.contains('nav-closed')
    show(open)
    if (!wide.matches) return
    try {
      localStorage.setItem('nav', open ? 'open' : 'closed')
    } catch {
      // it stays so for this page
    }
  })
  wide.addEventListener('change', fit)
  fit()
}

function watchMode() {
  const button = document.querySelector('[data-mode-switch]')
  const order = ['auto', 'light', 'dark']
  const show = () => {
    const mode = document.documentElement.dataset.mode
    for (const icon of button.querySelectorAll('[data-mode-icon]')) icon.hidden = icon.dataset.modeIcon !== mode
    button.querySelector('[data-mode-text]').textContent = button.dataset[mode]
    button.title = button.dataset[mode]
  }
  button.addEventListener('click', () => {
    const now = order.indexOf(document.documentElement.dataset.mode)
    window.staffMode.choose(order[(now + 1) % order.length])
    show()
  })
  show()
}

// Ticks are counted; the box in the head ticks all, Shift ticks a range.
function watchTicks() {
  let last = null
  const boxes = () => [...document.querySelectorAll('tbody .pick input[form="actions"]')]
  const count = () => {
    const n = boxes().filter((box) => box.checked).length
    const told = document.querySelector('[data-ticked]')
    if (!told) return
    told.hidden = n === 0
    told.textContent = told.dataset.ticked.replace('{n}', n)
    const all = document.querySelector('[data-pick-all]')
    all.checked = n > 0 && n === boxes().length
    all.indeterminate = n > 0 && n < boxes().length
    for (const box of boxes()) box.closest('tr').classList.toggle('is-ticked', box.checked)
  }
  document.addEventListener('click', (event) => {
    const box = event.target.closest?.('.pick input')
    if (!box) return
    if (box.matches('[data-pick-all]')) for (const other of boxes()) other.checked = box.checked
    else if (event.shiftKey && last?.isConnected) {
      const all = boxes()
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b)
      for (const other of all.slice(from, to + 1)) other.checked = box.checked
    }
    last = box
    count()
  })
  document.addEventListener('htmx:afterSettle', count)
  count()
}

// A long list of tick-boxes gets an input that hides what does not fit; what is ticked always stays in sight.
function filterLists(root) {
  for (const list of root.querySelectorAll?.('[data-long]') || []) {
    if (list.previousElementSibling?.matches('.list-filter')) continue
    const input = document.createElement('input')
    input.type = 'search'
    input.className = 'form-control list-filter'
    input.placeholder = list.dataset.long
    input.setAttribute('aria-label', list.dataset.long)
    input.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault() })
    input.addEventListener('input', (event) => { event.stopPropagation(); narrow(list, input.value) })
    list.before(input)
  }
}

const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function narrow(list, text) {
  const wanted = folded(text.trim())
  let heading = null
  const show = new Map()
  for (const part of list.children) {
    if (part.matches('.choice-group')) {
      heading = part
      show.set(heading, false)
      continue
    }
    const fits = part.querySelector('input').checked || folded((heading?.textContent || '') + ' ' + part.textContent).includes(wanted)
    part.hidden = !fits
    if (fits && heading) show.set(heading, true)
  }
  for (const [part, visible] of show) part.hidden = !visible
}

function ready() {
  watchKeys()
  watchDialogs()
  watchFold()
  watchMode()
  watchTicks()
  filterLists(document)
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready)
else ready()
document.addEventListener('htmx:afterSettle', (event) => filterLists(event.detail.elt))
