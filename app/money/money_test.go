package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"ams/app/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"49.99": "49.99", "49.9": "49.90", "49": "49.00", "0": "0.00", "0.05": "0.05", "-0.05": "-0.05", "-1200.5": "-1200.50",
		"99999999.99": "99999999.99",
	} {
		got, err := money.Parse(typed)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", ".", ".5", "5.", "1.234", "1,000", "$5", " 5", "1e3", "--1", "100000000", "٣", "0x1"} {
		if got, err := money.Parse(typed); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", typed, got)
		}
	}
}

func TestDollars(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]string{
		"0": "$0.00", "49.99": "$49.99", "999.5": "$999.50", "1234.5": "$1,234.50", "1234567.89": "$1,234,567.89",
		"-5": "-$5.00", "-1234.5": "-$1,234.50",
	} {
		a, err := money.Parse(stored)
		if err != nil || a.Dollars() != want {
			t.Errorf("Dollars() of %s = %q, %v, want %q", stored, a.Dollars(), err, want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	price, _ := money.Parse("99.99")
	if got, err := price.Times(3); err != nil || got.String() != "299.97" {
		t.Errorf("99.99 Times(3) = %s, %v, want 299.97", got, err)
	}
	for _, n := range []int64{1_000_101, -1_000_101, 1 << 62} {
		if got, err := price.Times(n); err == nil {
			t.Errorf("99.99 Times(%d) = %s, want an error: no column holds it", n, got)
		}
	}
}

func TestPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount string
		n, d   int64
		want   string
	}{
		{"1000", 182, 365, "498.63"},
		{"0.01", 1, 2, "0.01"},
		{"0.25", 1, 2, "0.13"},
		{"0.01", 49, 99, "0.00"},
		{"100", 0, 7, "0.00"},
		{"99999999.99", 1, 1, "99999999.99"},
		{"-0.25", 1, 2, "-0.12"},
		{"1", 1_000_000_000, 10_000_000, "100.00"},
	} {
		a, err := money.Parse(c.amount)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Part(c.n, c.d); err != nil || got.String() != c.want {
			t.Errorf("%s Part(%d, %d) = %s, %v, want %s", c.amount, c.n, c.d, got, err, c.want)
		}
	}
	much, _ := money.Parse("99999999.99")
	for _, n := range []int64{2, 1 << 62} {
		if got, err := much.Part(n, 1); err == nil {
			t.Errorf("99999999.99 Part(%d, 1) = %s, want an error: no column holds it", n, got)
		}
	}
}

// Parts that come out even are given, and make the whole again; others are none.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents, n := rapid.Int64Range(0, 99_999_99).Draw(t, "cents"), rapid.Int64Range(1, 40).Draw(t, "n")
		part, even := parse(t, cents).Split(n)
		if even != (cents%n == 0) {
			t.Fatalf("%d cents Split(%d) is even: %v", cents, n, even)
		}
		if whole, err := part.Times(n); even && (err != nil || whole != parse(t, cents)) {
			t.Fatalf("%d times %s = %s, want %d cents", n, part, whole, cents)
		}
	})
}

// What is stored comes back exactly, and sums are exact.
func TestExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var sum money.Amount
		cents := int64(0)
		for _, c := range rapid.SliceOfN(rapid.Int64Range(-99_999_99, 99_999_99), 1, 20).Draw(t, "cents") {
			one := parse(t, c)
			var back money.Amount
			v, err := one.Value()
			if err != nil || back.Scan(v) != nil || back != one {
				t.Fatalf("Scan(Value()) of %s = %s", one, back)
			}
			sum, cents = sum.Plus(one), cents+c
		}
		if want := parse(t, cents); sum != want {
			t.Fatalf("the sum is %s, want %s", sum, want)
		}
	})
}

func parse(t *rapid.T, cents int64) money.Amount {
	sign, abs := "", cents
	if cents < 0 {
		sign, abs = "-", -cents
	}
	one, err := money.Parse(sign + itoa(abs/100) + "." + itoa(abs%100/10) + itoa(abs%10))
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func itoa(n int64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
