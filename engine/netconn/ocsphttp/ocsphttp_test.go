package ocsphttp

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFetchReturnsWhatTheResponderAnswers(t *testing.T) {
	server := httptest.NewServer(Responder(func(request []byte) []byte { return append([]byte("answer to "), request...) }))
	defer server.Close()
	response, err := Fetch(t.Context(), server.URL, []byte("request"))
	if err != nil || string(response) != "answer to request" {
		t.Errorf("%q, %v", response, err)
	}
}

func TestFetchRefusesOtherAnswers(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"an HTML page":            func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") },
		"status 500":              func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusInternalServerError) },
		"an empty body":           func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", responseType) },
		"a body that is too long": Responder(func([]byte) []byte { return make([]byte, maxMessage+1) }).ServeHTTP,
	} {
		server := httptest.NewServer(handler)
		if response, err := Fetch(t.Context(), server.URL, []byte("request")); err == nil || response != nil {
			t.Errorf("%s: accepted as %d bytes", name, len(response))
		}
		server.Close()
	}
}

func TestFetchRefusesOtherURLs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, url := range []string{"http://127.0.0.1:1/", "ldap://ca.example", "://", "file:///etc/passwd"} {
		if response, err := Fetch(ctx, url, []byte("x")); err == nil || response != nil {
			t.Errorf("%s: answer %q", url, response)
		}
	}
}

func TestResponderRefusesOtherRequests(t *testing.T) {
	long := bytes.NewReader(make([]byte, maxMessage+1))
	for _, row := range []struct {
		request *http.Request
		status  int
	}{
		{httptest.NewRequest(http.MethodGet, "/", nil), http.StatusMethodNotAllowed},
		{httptest.NewRequest(http.MethodPost, "/", long), http.StatusBadRequest},
		{httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x")), http.StatusOK},
	} {
		w := httptest.NewRecorder()
		Responder(func([]byte) []byte { return []byte("y") }).ServeHTTP(w, row.request)
		if w.Code != row.status {
			t.Errorf("%s: status %d, want %d", row.request.Method, w.Code, row.status)
		}
	}
}
