package i18n

import (
	"errors"
	"strings"

	"vigie/triage"
)

// ErrorTitle names a kind of error in a few words.
func ErrorTitle(l Lang, k triage.Kind) string { return errorWords.T(l, string(k)) }

// ErrorAdvice says what to do about a kind of error, in general.
func ErrorAdvice(l Lang, k triage.Kind) string { return errorWords.T(l, string(k)+".advice") }

// Problem says what is wrong and the way out: the hint of err, or the advice for its kind where it has none in this
// language.
func Problem(l Lang, err error) string {
	if e, ok := errors.AsType[*triage.Error](err); ok && e.Hint != "" && (l == EN || french(e.Hint) != "") {
		return Hint(l, e.Hint)
	}
	return ErrorAdvice(l, triage.KindOf(err))
}

// Hint says a hint, or what is wrong with a line of a list, as a sentence; one that has no French stays English.
func Hint(l Lang, hint string) string {
	if strings.HasPrefix(strings.TrimPrefix(hint, "read list "), "line ") {
		return sentence(LineError(l, hint))
	}
	if fr := french(hint); l == FR && fr != "" {
		hint = fr
	}
	return sentence(hint)
}

var errorWords = Catalogue{
	string(triage.Invalid):     {"La demande est incorrecte", "The request is not right"},
	string(triage.NotFound):    {"Introuvable", "Not found"},
	string(triage.Exists):      {"Cela existe déjà", "It is there already"},
	string(triage.Conflict):    {"L’état a changé", "The state has changed"},
	string(triage.Forbidden):   {"Ce n’est pas permis", "This is not allowed"},
	string(triage.Unsigned):    {"Vous n’êtes pas connecté", "You are not signed in"},
	string(triage.Stale):       {"Les bases ont changé entre-temps", "The sets changed meanwhile"},
	string(triage.Corrupt):     {"Les données ne sont pas celles annoncées", "The data are not what they should be"},
	string(triage.TooLarge):    {"C’est trop volumineux", "It is too large"},
	string(triage.Unavailable): {"Le service est momentanément indisponible", "The service is unavailable for the moment"},
	string(triage.Full):        {"Le service n’a plus de place", "The service has no room for more"},
	string(triage.Unknown):     {"Le résultat est incertain", "The outcome is not known"},
	string(triage.Internal):    {"Une erreur est survenue", "Something went wrong"},

	string(triage.Invalid) + ".advice":     {"Corrigez la saisie et recommencez.", "Correct the input and try again."},
	string(triage.NotFound) + ".advice":    {"L’adresse est peut-être mal écrite, ou l’objet n’est pas à vous.", "The address may be mistyped, or the object is not yours."},
	string(triage.Exists) + ".advice":      {"Rien n’a été changé.", "Nothing was changed."},
	string(triage.Conflict) + ".advice":    {"Rechargez la page, regardez l’état et recommencez.", "Reload the page, look at the state and try again."},
	string(triage.Forbidden) + ".advice":   {"Demandez à une personne qui a le rôle voulu.", "Ask somebody who has the role."},
	string(triage.Unsigned) + ".advice":    {"Connectez-vous avec un lien ou un jeton valide.", "Sign in with a valid link or token."},
	string(triage.Stale) + ".advice":       {"Recommencez.", "Try again."},
	string(triage.Corrupt) + ".advice":     {"Relisez le fichier à la source et envoyez-le de nouveau.", "Read the file again at its source and send it again."},
	string(triage.TooLarge) + ".advice":    {"Envoyez moins à la fois.", "Send less at a time."},
	string(triage.Unavailable) + ".advice": {"Rien n’est perdu. Réessayez dans une minute ; si cela dure, prévenez l’administrateur.", "Nothing is lost. Try again in a minute; if it lasts, tell the administrator."},
	string(triage.Full) + ".advice":        {"Rien n’est perdu : les dépôts reprennent d’eux-mêmes dès qu’il y a de la place. Prévenez l’administrateur.", "Nothing is lost: submissions go on by themselves when there is room. Tell the administrator."},
	string(triage.Unknown) + ".advice":     {"Cela a peut-être été fait. Rechargez la page avant de recommencer.", "It may have been done. Reload the page before you try again."},
	string(triage.Internal) + ".advice":    {"Ce n’est pas de votre fait. Réessayez ; si cela dure, prévenez l’administrateur.", "This is not your fault. Try again; if it lasts, tell the administrator."},
}
