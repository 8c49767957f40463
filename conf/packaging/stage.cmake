# SPDX-License-Identifier: Apache-2.0
# CPack runs this on the staged files of each package before it packs them: what belongs to one kind of package only,
# modes of folders, the list of configuration files, and the maintainer scripts.
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
set(from "${CPACK_AUDISP_EQL_PACKAGING_DIR}")
set(scripts "${CPACK_AUDISP_EQL_SCRIPTS_DIR}/${CPACK_GENERATOR}")
set(doc "${root}/usr/share/doc/audisp-eql")
set(executable OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(closed_folder OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)

unset(ENV{DESTDIR})  # file(INSTALL) would put all below it

file(GLOB_RECURSE leftovers "${root}/*.new")
if(leftovers)
  message(FATAL_ERROR "The staging folder was not empty: ${leftovers}")
endif()

# As the package auditd has its own, and as tmpfiles.d/audisp-eql.conf says.
file(CHMOD "${root}/etc/audit" "${root}/etc/audit/plugins.d" "${root}/etc/audit/rules.d"
  "${root}/etc/audisp-eql" "${root}/etc/audisp-eql/rules" PERMISSIONS ${closed_folder})

# A maintainer script is what it does, behind the functions that all share.
function(write_script name)
  file(READ "${from}/functions.sh" functions)
  file(READ "${from}/${name}" body)
  string(REPLACE "#!/bin/sh\n" "" body "${body}")
  get_filename_component(name "${name}" NAME)
  file(WRITE "${scripts}/${name}" "${functions}\n${body}")
  file(CHMOD "${scripts}/${name}" PERMISSIONS ${executable})
endfunction()

# compress SOURCE TARGET: as gzip -9n does
function(compress source target)
  execute_process(COMMAND gzip -9nc "${source}" OUTPUT_FILE "${target}" COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD "${target}" PERMISSIONS ${readable})
endfunction()

file(GLOB_RECURSE pages "${root}/usr/share/man/*.[1-9]")
foreach(page IN LISTS pages)
  compress("${page}" "${page}.gz")
  file(REMOVE "${page}")
endforeach()

file(REMOVE_RECURSE "${scripts}")
if(CPACK_GENERATOR STREQUAL "DEB")
  # The audit rules for a folder that servers do not have: postinst puts them in place where it is there.
  foreach(name 62-audisp-eql-autostart.rules 63-audisp-eql-autostart-x86.rules)
    if(EXISTS "${root}/etc/audit/rules.d/${name}")
      file(INSTALL "${root}/etc/audit/rules.d/${name}" DESTINATION "${root}/usr/share/audisp-eql/audit.rules"
        PERMISSIONS ${readable})
      file(REMOVE "${root}/etc/audit/rules.d/${name}")
    endif()
  endforeach()

  # Names and places that Debian's policy asks for.
  compress("${doc}/CHANGELOG.md" "${doc}/changelog.gz")
  file(REMOVE "${doc}/CHANGELOG.md" "${doc}/LICENSE")
  file(READ "${doc}/README.md" readme)
  string(REPLACE "](CHANGELOG.md)" "](changelog.gz)" readme "${readme}")
  file(WRITE "${doc}/README.md" "${readme}")
  configure_file("${from}/deb/changelog.in" "${scripts}/changelog" @ONLY)
  compress("${scripts}/changelog" "${doc}/changelog.Debian.gz")
  file(INSTALL "${from}/deb/copyright" DESTINATION "${doc}" PERMISSIONS ${readable})
  file(INSTALL "${from}/deb/lintian-overrides" DESTINATION "${root}/usr/share/lintian/overrides" RENAME audisp-eql
    PERMISSIONS ${readable})
  file(INSTALL "${root}/usr/share/audisp-eql/apparmor/usr.sbin.audisp-eql" DESTINATION "${root}/etc/apparmor.d"
    PERMISSIONS ${readable})
  file(REMOVE_RECURSE "${root}/usr/share/audisp-eql/apparmor")

  foreach(name preinst postinst prerm postrm)
    write_script(deb/${name})
  endforeach()
  file(GLOB_RECURSE conffiles RELATIVE "${root}" "${root}/etc/*")
  list(TRANSFORM conffiles PREPEND /)
  list(JOIN conffiles "\n" conffiles)
  file(WRITE "${scripts}/conffiles" "${conffiles}\n")
  file(INSTALL "${from}/deb/triggers" DESTINATION "${scripts}" PERMISSIONS ${readable})
  file(CHMOD "${scripts}/conffiles" PERMISSIONS ${readable})
  set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${scripts}/preinst;${scripts}/postinst;${scripts}/prerm;${scripts}/postrm"
    "${scripts}/conffiles;${scripts}/triggers")
elseif(CPACK_GENERATOR STREQUAL "RPM")
  foreach(name post preun postun)
    write_script(rpm/${name})
  endforeach()
  set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE "${scripts}/post")
  set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE "${scripts}/preun")
  set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE "${scripts}/postun")
  file(GLOB_RECURSE conffiles RELATIVE "${root}" "${root}/etc/*")
  list(TRANSFORM conffiles PREPEND "%config(noreplace) /")
  set(CPACK_RPM_USER_FILELIST ${conffiles})
  # Other packages' folders.
  set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /etc /etc/audit /etc/audit/plugins.d /etc/audit/rules.d /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/sbin
    /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/fish /usr/share/fish/vendor_completions.d
    /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8
    /usr/share/zsh /usr/share/zsh/site-functions /usr/share/zsh/vendor-completions)
endif()
