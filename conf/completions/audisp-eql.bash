# SPDX-License-Identifier: Apache-2.0
# Completion for bash. Needs nothing of bash-completion.

# _audisp_eql_options COMMAND: those that the word under the cursor may be.
_audisp_eql_options() {
  echo --help
  [[ $1 == fields ]] || echo --rules --config --exceptions --host
  case $1 in
    '') echo --version ;;
    scan)
      echo --format --utc --since --until --fail-on-alert --keep-going --jobs --passwd --root --report --query \
        --query-file --input --timestamp-field --tiebreaker-field --category-field --id-field --date-field
      ;;
    check) echo --explain --send-test-alert ;;
    test) echo --format --cases ;;
    fields) echo --format ;;
  esac
}

# _audisp_eql_values OPTION COMMAND: prints the words that may follow; status 1: files; 2: nothing that is known.
_audisp_eql_values() {
  case $1 in
    --format)
      case $2 in
        test) echo text tap ;;
        fields) echo md json ;;
        *) echo text json csv cef ;;
      esac
      ;;
    --input) echo audit ndjson kafka:// ;;
    --since | --until) echo now recent today yesterday this-week week-ago this-month this-year boot ;;
    --rules | --config | --exceptions | --cases | --passwd | --root | --report | --query-file) return 1 ;;
    *) return 2 ;;
  esac
}

_audisp_eql() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word words takes_value
  # `=` is a word of its own: --format=cs is three.
  if [[ $current == = ]]; then current=''; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in live | scan | check | test | fields | audit-rules) command=$word && break ;; esac
  done
  COMPREPLY=()
  case $previous in
    --utc | --fail-on-alert | --keep-going | --explain | --send-test-alert | --help | --version) takes_value=0 ;;
    --*) takes_value=1 ;;
    *) takes_value=0 ;;
  esac
  if [[ $takes_value == 1 ]]; then
    words=$(_audisp_eql_values "$previous" "$command")
    case $? in
      0) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
      1) compopt -o default 2>/dev/null ;;
    esac
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_audisp_eql_options "$command")" -- "$current")
  elif [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'live scan check test fields audit-rules' -- "$current")
  elif [[ $command != live && $command != fields ]]; then
    compopt -o default 2>/dev/null
  fi
}

complete -F _audisp_eql audisp-eql
