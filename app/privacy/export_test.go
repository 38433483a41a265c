package privacy

// Holding is what tests of the rules see of one.
type Holding struct {
	Key, File, Give string
	Owned, Erases   bool
}

// Holdings are the rules about what foreign keys lead to, in order.
func (s *Service) Holdings() (all []Holding) {
	for _, h := range s.holdings() {
		all = append(all, Holding{h.key, h.file, h.give, h.ownsRows, h.erase != nil})
	}
	return all
}
