// One polite live region at the end of the page; its fixed sentences stand translated in its data attributes.
const region = () => document.getElementById('live')

// announce speaks the region's sentence of that name, or the text itself.
export function announce(what) {
  const live = region()
  if (!live) return
  const text = live.dataset[what] || what
  live.textContent = ''
  setTimeout(() => { live.textContent = text }, 50)
}

// announceIn speaks what a swapped region wants to be heard ("24 people").
export function announceIn(root) {
  const own = root.matches?.('[data-announce]') ? root : root.querySelector?.('[data-announce]')
  if (own) announce(own.textContent.trim().replace(/\s+/g, ' '))
}

// announceOnLoad repeats messages that came with the page: live regions speak only about changes.
export function announceOnLoad() {
  const said = [...document.querySelectorAll('#messages [data-message]')].map((m) => m.textContent.trim().replace(/\s+/g, ' '))
  if (said.length > 0) setTimeout(() => announce(said.join(' ')), 300)
}
