// One polite live region at the end of the page; its fixed sentences stand translated in its data attributes.
const region = () => document.getElementById('live')

let waiting = []

// announce speaks the region's sentence of that name, or the text itself. What comes at the same time is spoken together.
export function announce(what) {
  const live = region()
  if (!live) return
  const text = live.dataset[what] || what
  live.textContent = ''
  if (waiting.includes(text) || waiting.push(text) > 1) return
  setTimeout(() => {
    live.textContent = waiting.join(' ')
    waiting = []
  }, 200) // message and list of one answer come one after the other, on a slow machine quite some time apart
}

const words = (element) => element.textContent.trim().replace(/\s+/g, ' ')

// announceIn speaks what a swapped region wants to be heard ("24 people").
export function announceIn(root) {
  const own = root.matches?.('[data-announce]') ? root : root.querySelector?.('[data-announce]')
  if (own) announce(words(own))
}

// announceMessages shows and speaks those that came along with a region. An alert is heard by itself.
export function announceMessages() {
  const messages = document.getElementById('messages')
  if (messages.firstElementChild && messages.getBoundingClientRect().top < 0) messages.scrollIntoView({ block: 'start' })
  for (const message of document.querySelectorAll('#messages [data-message][role="status"]')) announce(words(message))
}

// announceOnLoad repeats messages that came with the page: live regions speak only about changes.
export function announceOnLoad() {
  const said = [...document.querySelectorAll('#messages [data-message]')].map(words)
  if (said.length > 0) setTimeout(() => announce(said.join(' ')), 300)
}
