// A table that does not fit scrolls inside its place and can then be reached with the keyboard.
const sizes = new ResizeObserver((entries) => {
  for (const place of new Set(entries.map((entry) => entry.target.closest('.table-scroll')))) if (place) fit(place)
})

function fit(place) {
  const table = place.querySelector('table')
  const wide = table.offsetWidth > place.clientWidth + 1
  place.classList.toggle('is-wide', wide)
  if (wide) {
    place.tabIndex = 0
    place.setAttribute('role', 'region')
    place.setAttribute('aria-label', table.caption?.textContent || '')
  } else {
    for (const name of ['tabindex', 'role', 'aria-label']) place.removeAttribute(name)
  }
}

// watchTables looks at every table again, because a swap may have changed what is in it.
export function watchTables() {
  for (const place of document.querySelectorAll('.table-scroll')) {
    fit(place)
    sizes.observe(place)
    sizes.observe(place.querySelector('table'))
  }
}
