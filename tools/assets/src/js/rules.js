// The rules of a new password are ticked while somebody types, those that can be told here. Nothing is sent for it; the
// server looks at all of them once the form comes.
const checks = {
  length: (password, rule) => [...password].length >= Number(rule.dataset.least),
  digits: (password) => /[^\p{Nd}]/u.test(password),
  similar: (password, rule) => {
    const names = known(rule)
    return password !== '' && names.length > 0 && !names.some((name) => alike([...password.toLowerCase()], [...name]))
  },
}

export function watchRules() {
  document.addEventListener('input', (event) => {
    for (const rule of event.target.form?.querySelectorAll('[data-rule]') || []) {
      const kept = checks[rule.dataset.rule](rule.closest('.field').querySelector('input').value, rule)
      rule.classList.toggle('is-kept', kept)
      rule.querySelector('[data-kept]').hidden = !kept
    }
  })
}

// known is what is known of the person, from the page and from the form, as a whole and in its words.
function known(rule) {
  const { form } = rule.closest('.field').querySelector('input')
  const typed = ['username', 'first_name', 'last_name', 'email'].map((name) => form.elements[name]?.value || '')
  const values = [...rule.parentElement.dataset.about.split('\n'), ...typed].map((value) => value.toLowerCase())
  return values.flatMap((value) => [value, ...value.split(/[^\p{L}\p{N}_]+/u)]).filter((value) => value !== '')
}

// alike is the server's rule of what is too similar.
function alike(password, name) {
  if (password.length >= 10 * name.length && name.length < 0.35 * password.length) return false
  const left = [...name]
  let common = 0
  for (const letter of password) {
    const at = left.indexOf(letter)
    if (at < 0) continue
    left.splice(at, 1)
    common++
  }
  return 2 * common / (password.length + name.length) >= 0.7
}
