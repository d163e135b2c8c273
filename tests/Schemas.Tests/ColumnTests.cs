using Dapper;
using Xunit;

namespace Tumpang.Schemas.Tests;

public sealed class ColumnTests(SchemaServers servers)
{
    // NebengJek 36: timestamps without a zone.
    [Fact]
    public async Task Every_instant_in_every_schema_has_its_zone() => Assert.Empty(await List("""
        select table_schema || '.' || table_name || '.' || column_name
        from   information_schema.columns
        where  table_schema not in ('pg_catalog', 'information_schema', 'public')
        and    (data_type like '%without time zone' or (column_name like '%\_at' and data_type <> 'timestamp with time zone'))
        """));

    // NebengJek 21, anchors 2.3 item 8: money in floating point.
    [Fact]
    public async Task Money_is_whole_minor_units() => Assert.Empty(await List("""
        select table_schema || '.' || table_name || '.' || column_name
        from   information_schema.columns
        where  table_schema not in ('pg_catalog', 'information_schema', 'public')
        and    (data_type = 'money' or (column_name like '%minor\_units%' and data_type <> 'bigint'))
        """));

    async Task<IEnumerable<string>> List(string sql)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.QueryAsync<string>(sql);
    }
}
