using System.Collections.Concurrent;
using System.Reflection;
using Npgsql;
using NpgsqlTypes;

namespace Tumpang.ServiceDefaults;

/// <summary>A statement with named parameters, as one of several that cross to Postgres together.</summary>
/// <param name="Sql">One statement, without a semicolon at its end.</param>
/// <param name="Parameters">An object whose public properties are the parameters; null for none.</param>
readonly record struct Statement(string Sql, object? Parameters)
{
    static readonly ConcurrentDictionary<Type, Parameter[]> Shapes = new();

    public NpgsqlBatchCommand ToBatchCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        if (Parameters is not { } values)
        {
            return command;
        }

        foreach (var parameter in Shapes.GetOrAdd(values.GetType(), ShapeOf))
        {
            command.Parameters.Add(parameter.With(values));
        }

        return command;
    }

    static Parameter[] ShapeOf(Type type) => [.. type.GetProperties().Select(property => new Parameter(property, DbTypeOf(property.PropertyType)))];

    /// <summary>Said even for a null, so that a statement keeps one shape and stays prepared.</summary>
    static NpgsqlDbType DbTypeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var known when known == typeof(Guid) => NpgsqlDbType.Uuid,
        var known when known == typeof(string) => NpgsqlDbType.Text,
        var known when known == typeof(short) => NpgsqlDbType.Smallint,
        var known when known == typeof(int) => NpgsqlDbType.Integer,
        var known when known == typeof(long) => NpgsqlDbType.Bigint,
        var known when known == typeof(double) => NpgsqlDbType.Double,
        var known when known == typeof(bool) => NpgsqlDbType.Boolean,
        var known when known == typeof(byte[]) => NpgsqlDbType.Bytea,
        var known when known == typeof(DateTimeOffset) => NpgsqlDbType.TimestampTz,
        var known when known == typeof(TimeSpan) => NpgsqlDbType.Interval,
        { IsArray: true } array => NpgsqlDbType.Array | DbTypeOf(array.GetElementType()!),
        _ => throw new NotSupportedException($"{type} is no type of Postgres; turn it into one first."),
    };

    sealed record Parameter(PropertyInfo Property, NpgsqlDbType DbType)
    {
        public NpgsqlParameter With(object values) => new(Property.Name, DbType)
        {
            Value = Property.GetValue(values) switch
            {
                null => DBNull.Value,
                DateTimeOffset instant => instant.ToUniversalTime(),
                var value => value,
            },
        };
    }
}
