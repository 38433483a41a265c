// Light or dark, before anything is drawn: what the person chose on this device, else what the device prefers.
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const root = document.documentElement

const chosen = () => {
  try {
    return localStorage.getItem('mode') || 'auto'
  } catch {
    return 'auto'
  }
}

const apply = () => {
  const mode = chosen()
  root.dataset.bsTheme = mode === 'auto' ? (dark.matches ? 'dark' : 'light') : mode
  root.dataset.mode = mode
}

window.staffMode = {
  apply,
  choose(mode) {
    try {
      localStorage.setItem('mode', mode)
    } catch {
      // the choice holds for this page
    }
    apply()
  },
}
dark.addEventListener('change', apply)
apply()
