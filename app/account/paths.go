package account

// Where pages about accounts are, below the language. Letters and other packages lead there.
const (
	SignInPath    = "/accounts/login/"
	SignOutPath   = "/accounts/logout/"
	SignUpPath    = "/accounts/signup/"
	ConfirmPath   = "/accounts/confirm-email/" // followed by the key of a letter
	ResetPath     = "/accounts/password/reset/"
	PasswordPath  = "/accounts/password/change/"
	AddressesPath = "/accounts/email/"
	ProfilePath   = "/users/~update/"
	// OwnPath leads whoever is signed in to their page, whatever their username is by then.
	OwnPath = "/users/~redirect/"
)
