package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/marketgraph/marketgraph/upstream"
)

// trouble is what is wrong and what a person can do about it. Neither holds a secret.
type trouble struct{ problem, advice string }

// target says in words where a call went: which settings decide it.
type target struct{ address, credentials, rights string }

// diagnose puts a failed call in words.
func diagnose(err error, at target) trouble {
	kind, status := outcome(err)
	switch kind {
	case upstream.Unauthenticated:
		return trouble{answered("refused the credentials", status), "check " + at.credentials}
	case upstream.Forbidden:
		return trouble{answered("takes the credentials, but does not let them read this", status), at.rights}
	case upstream.NotFound:
		return trouble{answered("has no such resource", status), "check " + at.address}
	case upstream.RateLimited:
		return trouble{answered("has a limit, which is used up", status), "try again later; does another process use the same credentials?"}
	case upstream.MalformedReply, upstream.TooLarge:
		return trouble{"answers, but not as this backend does", "check " + at.address + ": something else may answer there"}
	case upstream.Timeout, upstream.Canceled, upstream.Paced:
		return trouble{"gave no answer in time", "check " + at.address + ", or give more time by --timeout"}
	case upstream.Unavailable, upstream.Tripped:
		return trouble{answered("does not answer: "+reason(err), status), "check " + at.address + " and that the backend runs"}
	default:
		return trouble{answered("refused the call", status), "check " + at.address}
	}
}

// outcome is why a call failed: where no credentials were to be had, why that was.
func outcome(err error) (upstream.Kind, int) {
	if credentials, ok := errors.AsType[*upstream.CredentialsError](err); ok {
		return credentials.Kind, credentials.Status
	}
	if call, ok := errors.AsType[*upstream.Error](err); ok {
		return call.Kind, call.Status
	}
	return 0, 0
}

func answered(text string, status int) string {
	if status == 0 {
		return text
	}
	return fmt.Sprintf("%s (status %d)", text, status)
}

// reason is why nothing was answered, in words that do not depend on the
// system. Causes that it does not know stay untold: they may quote an answer.
func reason(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name " + dns.Name + " does not resolve"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not trusted"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case upstream.KindOf(err) != 0:
		return "the backend is out of order"
	default:
		return "it gives no usable answer"
	}
}
