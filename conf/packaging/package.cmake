# SPDX-License-Identifier: Apache-2.0
# The .deb and the .rpm: `cpack` in the build folder, or `cpack --preset package`. Both hold what `cmake --install` puts
# into a staging folder; stage.cmake, which CPack runs on that folder, makes of it what the package managers want.
#
# Configuration belongs to dpkg (conffiles) and rpm (%config(noreplace)) here: the staging folder is empty before, so
# the installation finds nothing to keep and makes no NAME.new.
set(packaging_dir ${CMAKE_CURRENT_LIST_DIR})

set(CPACK_GENERATOR DEB RPM)
set(CPACK_PACKAGE_NAME audisp-eql)
set(CPACK_PACKAGE_VENDOR "audisp-eql contributors")
set(CPACK_PACKAGE_CONTACT "audisp-eql contributors <audisp-eql@localhost>" CACHE STRING
  "Who answers for packages built here: NAME <ADDRESS>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "EQL detection rules on the Linux audit stream")
set(CPACK_PACKAGE_DESCRIPTION "A plugin of auditd that runs detection rules in Elastic's event query
language (EQL). Alerts reach syslog or a file within the second. The same
program looks for the same things in audit logs. Rules for programs that
the desktop session starts by itself, and that call out, come along.")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# DESTDIR, so that conf/install.cmake sees the prefix that the files are for, whatever this build was configured with.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${packaging_dir}/stage.cmake)

# For stage.cmake.
set(CPACK_AUDISP_EQL_PACKAGING_DIR ${packaging_dir})
set(CPACK_AUDISP_EQL_SCRIPTS_DIR ${CMAKE_CURRENT_BINARY_DIR}/packaging)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "auditd (>= 1:3.0), passwd, procps, ucf")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "rsyslog | system-log-daemon")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Daemons")
set(CPACK_RPM_PACKAGE_REQUIRES "audit >= 3.0, procps-ng, shadow-utils")
set(CPACK_RPM_PACKAGE_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
set(CPACK_RPM_COMPRESSION_TYPE xz)

include(CPack)
